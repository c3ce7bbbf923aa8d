package android.os;

/** A phone of level 34. */
public class Build {
    public static class VERSION {
        public static final int SDK_INT = 34;
    }
}
