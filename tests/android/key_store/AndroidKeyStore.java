package org.paicha.phone;

import android.security.keystore.KeyGenParameterSpec;
import android.security.keystore.StrongBoxUnavailableException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.InvalidAlgorithmParameterException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyPairGeneratorSpi;
import java.security.KeyStoreSpi;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;

/** Stands for the phone's key store in a Java machine, so that Keys.java can be run: make, sign, forget. */
public final class AndroidKeyStore extends Provider {
    static final Map<String, KeyPair> KEYS = new HashMap<>();
    static boolean strongBox;

    public AndroidKeyStore() {
        super("AndroidKeyStore", 1.0, "");
        put("KeyStore.AndroidKeyStore", Store.class.getName());
        put("KeyPairGenerator.EC", Generator.class.getName());
    }

    public static void main(String[] message) throws Exception {
        Security.addProvider(new AndroidKeyStore());
        System.out.println("none:" + Keys.publicKey("a") + Keys.sign("a", message[0]));
        strongBox = true;
        String strong = Keys.make("strong");
        strongBox = false;
        String weak = Keys.make("weak");
        for (String name : new String[] {"strong", "weak"}) {
            System.out.println(name + ":" + Keys.publicKey(name) + ":" + Keys.sign(name, message[0]));
        }
        System.out.println("same:" + (strong.equals(Keys.publicKey("strong")) && weak.equals(Keys.publicKey("weak")) && !strong.equals(weak)));
    }

    public static final class Generator extends KeyPairGeneratorSpi {
        private KeyGenParameterSpec wanted;

        @Override
        public void initialize(int size, SecureRandom random) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void initialize(AlgorithmParameterSpec spec, SecureRandom random) {
            wanted = (KeyGenParameterSpec) spec;
        }

        @Override
        public KeyPair generateKeyPair() {
            if (wanted.strong && !strongBox) {
                throw new StrongBoxUnavailableException();
            }
            try {
                KeyPairGenerator real = KeyPairGenerator.getInstance("EC", "SunEC");
                real.initialize(wanted.curve);
                KeyPair pair = real.generateKeyPair();
                KEYS.put(wanted.alias, pair);
                return pair;
            } catch (java.security.GeneralSecurityException wrong) {
                throw new IllegalStateException(wrong);
            }
        }
    }

    public static final class Store extends KeyStoreSpi {
        @Override
        public void engineLoad(java.security.KeyStore.LoadStoreParameter none) {}

        @Override
        public Key engineGetKey(String alias, char[] password) {
            return KEYS.containsKey(alias) ? KEYS.get(alias).getPrivate() : null;
        }

        @Override
        public Certificate engineGetCertificate(String alias) {
            return KEYS.containsKey(alias) ? new Signed(KEYS.get(alias).getPublic()) : null;
        }

        @Override
        public Certificate[] engineGetCertificateChain(String alias) {
            return null;
        }

        @Override
        public Date engineGetCreationDate(String alias) {
            return null;
        }

        @Override
        public void engineSetKeyEntry(String alias, Key key, char[] password, Certificate[] chain) {}

        @Override
        public void engineSetKeyEntry(String alias, byte[] key, Certificate[] chain) {}

        @Override
        public void engineSetCertificateEntry(String alias, Certificate certificate) {}

        @Override
        public void engineDeleteEntry(String alias) {}

        @Override
        public Enumeration<String> engineAliases() {
            return Collections.enumeration(KEYS.keySet());
        }

        @Override
        public boolean engineContainsAlias(String alias) {
            return KEYS.containsKey(alias);
        }

        @Override
        public int engineSize() {
            return KEYS.size();
        }

        @Override
        public boolean engineIsKeyEntry(String alias) {
            return true;
        }

        @Override
        public boolean engineIsCertificateEntry(String alias) {
            return false;
        }

        @Override
        public String engineGetCertificateAlias(Certificate certificate) {
            return null;
        }

        @Override
        public void engineStore(OutputStream stream, char[] password) {}

        @Override
        public void engineLoad(InputStream stream, char[] password) {}
    }

    private static final class Signed extends Certificate {
        private final PublicKey key;

        Signed(PublicKey key) {
            super("X.509");
            this.key = key;
        }

        @Override
        public byte[] getEncoded() {
            return new byte[0];
        }

        @Override
        public void verify(PublicKey with) {}

        @Override
        public void verify(PublicKey with, String provider) {}

        @Override
        public String toString() {
            return "";
        }

        @Override
        public PublicKey getPublicKey() {
            return key;
        }
    }
}
