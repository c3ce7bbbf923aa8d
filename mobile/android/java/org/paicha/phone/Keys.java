package org.paicha.phone;

import android.os.Build;
import android.security.keystore.KeyGenParameterSpec;
import android.security.keystore.KeyProperties;
import android.security.keystore.StrongBoxUnavailableException;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** P-256 keys that never leave the phone's key store. Texts only, because pyjnius can choose a wrong one of several methods of a name. */
public final class Keys {
    private static final String STORE = "AndroidKeyStore"; // EC keys: API 23

    private Keys() {}

    /** SubjectPublicKeyInfo, DER, base64; "" where there is no such key (any more). */
    public static String publicKey(String alias) throws Exception {
        Certificate certificate = store().getCertificate(alias);
        return certificate == null ? "" : base64(certificate.getPublicKey().getEncoded());
    }

    /** A new key under this name, in a chip of its own where the phone has one (StrongBox, API 28). The public key as above. */
    public static String make(String alias) throws Exception {
        if (Build.VERSION.SDK_INT >= 28) {
            try {
                return generate(alias, true);
            } catch (StrongBoxUnavailableException none) {
                // the ordinary one, then
            } catch (ProviderException weak) {
                // some phones announce a StrongBox that cannot make this key
            }
        }
        return generate(alias, false);
    }

    /** ECDSA with SHA-256, DER, base64, over a base64 message; "" where there is no such key (any more). */
    public static String sign(String alias, String message) throws Exception {
        PrivateKey key = (PrivateKey) store().getKey(alias, null);
        if (key == null) {
            return "";
        }
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(Base64.getDecoder().decode(message));
        return base64(signature.sign());
    }

    private static String generate(String alias, boolean strong) throws GeneralSecurityException {
        KeyGenParameterSpec.Builder wanted =
                new KeyGenParameterSpec.Builder(alias, KeyProperties.PURPOSE_SIGN)
                        .setAlgorithmParameterSpec(new ECGenParameterSpec("secp256r1"))
                        .setDigests(KeyProperties.DIGEST_SHA256);
        if (strong) {
            wanted.setIsStrongBoxBacked(true); // API 28
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", STORE);
        generator.initialize(wanted.build());
        return base64(generator.generateKeyPair().getPublic().getEncoded());
    }

    private static KeyStore store() throws Exception {
        KeyStore store = KeyStore.getInstance(STORE);
        store.load(null);
        return store;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
