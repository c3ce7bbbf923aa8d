package org.paicha.phone;

import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.LuminanceSource;
import com.google.zxing.PlanarYUVLuminanceSource;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.util.EnumMap;
import java.util.Map;

/** The text of a QR code, by ZXing, which needs no service of Google's. */
public final class Codes {
    private static final int LONGEST = 2000; // pixels of a picture file that are looked at

    private static final Map<DecodeHintType, Object> CAREFULLY = new EnumMap<>(DecodeHintType.class);

    static {
        CAREFULLY.put(DecodeHintType.TRY_HARDER, Boolean.TRUE);
        CAREFULLY.put(DecodeHintType.CHARACTER_SET, "UTF-8");
    }

    private Codes() {}

    /** In a picture file; "" where there is none, or no picture. */
    public static String inFile(String file) {
        BitmapFactory.Options how = new BitmapFactory.Options();
        how.inJustDecodeBounds = true;
        BitmapFactory.decodeFile(file, how);
        how.inJustDecodeBounds = false;
        how.inSampleSize = Math.max(1, Math.max(how.outWidth, how.outHeight) / LONGEST);
        Bitmap picture = BitmapFactory.decodeFile(file, how);
        if (picture == null) {
            return "";
        }
        int width = picture.getWidth();
        int height = picture.getHeight();
        int[] pixels = new int[width * height];
        picture.getPixels(pixels, 0, width, 0, 0, width, height);
        picture.recycle();
        String text = readEither(new RGBLuminanceSource(width, height, pixels));
        return text == null ? "" : text;
    }

    /** In a camera's picture (NV21: brightness first); null where none is to be seen. */
    static String read(byte[] picture, int width, int height) {
        return readEither(new PlanarYUVLuminanceSource(picture, width, height, 0, 0, width, height, false));
    }

    private static String readEither(LuminanceSource source) {
        String text = read(source);
        return text == null ? read(source.invert()) : text; // light on dark, as on a screen in dark colours
    }

    private static String read(LuminanceSource source) {
        try {
            return new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(source)), CAREFULLY).getText();
        } catch (ReaderException none) {
            return null;
        }
    }
}
