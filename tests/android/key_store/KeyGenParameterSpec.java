package android.security.keystore;

import java.security.spec.AlgorithmParameterSpec;

/** What Keys.java asks of a new key; raises for what a phone would refuse. */
public final class KeyGenParameterSpec implements AlgorithmParameterSpec {
    public String alias;
    public AlgorithmParameterSpec curve;
    public boolean strong;

    public static final class Builder {
        private final KeyGenParameterSpec made = new KeyGenParameterSpec();
        private boolean digest;

        public Builder(String alias, int purposes) {
            made.alias = alias;
        }

        public Builder setAlgorithmParameterSpec(AlgorithmParameterSpec curve) {
            made.curve = curve;
            return this;
        }

        public Builder setDigests(String... digests) {
            digest = digests.length == 1;
            return this;
        }

        public Builder setIsStrongBoxBacked(boolean strong) {
            made.strong = strong;
            return this;
        }

        public KeyGenParameterSpec build() {
            if (made.curve == null || !digest) {
                throw new IllegalStateException("neither curve nor digest");
            }
            return made;
        }
    }
}
