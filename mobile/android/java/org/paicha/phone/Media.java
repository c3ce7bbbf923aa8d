package org.paicha.phone;

import android.content.ContentResolver;
import android.content.ContentValues;
import android.content.Context;
import android.database.Cursor;
import android.net.Uri;
import android.os.ParcelFileDescriptor;
import android.provider.MediaStore;
import android.provider.OpenableColumns;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Rows of the phone's media that the camera writes into, and files copied from and to where the person says. */
public final class Media {
    private Media() {}

    /** A row for a picture or video still to be taken, as a content address; "" where the phone gives none. API 29: no permission is needed. */
    public static String row(Context context, String name, String type) {
        boolean video = type.startsWith("video/");
        ContentValues values = new ContentValues();
        values.put(MediaStore.MediaColumns.DISPLAY_NAME, name);
        values.put(MediaStore.MediaColumns.MIME_TYPE, type);
        values.put(MediaStore.MediaColumns.RELATIVE_PATH, (video ? "Movies" : "Pictures") + "/Paicha");
        Uri table =
                video
                        ? MediaStore.Video.Media.getContentUri(MediaStore.VOLUME_EXTERNAL_PRIMARY)
                        : MediaStore.Images.Media.getContentUri(MediaStore.VOLUME_EXTERNAL_PRIMARY);
        try {
            Uri row = context.getContentResolver().insert(table, values);
            return row == null ? "" : row.toString();
        } catch (IllegalArgumentException | IllegalStateException | SecurityException full) {
            return "";
        }
    }

    /** Copy what an address holds into a new file, whole and on disk when this returns its size; 0 where there is nothing (and no file then). */
    public static long copy(Context context, String address, String file) {
        File target = new File(file);
        long size = 0;
        try (InputStream in = context.getContentResolver().openInputStream(Uri.parse(address))) {
            if (in == null) {
                return 0;
            }
            try (FileOutputStream out = new FileOutputStream(target)) {
                size = pour(in, out);
                out.getFD().sync();
            }
        } catch (IOException | IllegalStateException | SecurityException gone) {
            size = 0;
        }
        if (size == 0) {
            target.delete();
        }
        return size;
    }

    /** Write a file to an address that the person chose; false where it does not go (whole). */
    public static boolean write(Context context, String file, String address) {
        try (ParcelFileDescriptor place = context.getContentResolver().openFileDescriptor(Uri.parse(address), "rwt")) {
            if (place == null) {
                return false;
            }
            try (InputStream in = new FileInputStream(file); FileOutputStream out = new FileOutputStream(place.getFileDescriptor())) {
                pour(in, out);
                out.flush();
                syncIfItCan(out);
            }
            return true;
        } catch (IOException | IllegalArgumentException | IllegalStateException | SecurityException full) {
            return false;
        }
    }

    /** Take a row and its picture out of the phone's media: it is in the app's own storage by now. */
    public static boolean delete(Context context, String address) {
        try {
            return context.getContentResolver().delete(Uri.parse(address), null, null) > 0;
        } catch (IllegalArgumentException | SecurityException gone) {
            return false;
        }
    }

    /** What the person sees as the name of an address; "" where it has none. */
    public static String name(Context context, String address) {
        ContentResolver resolver = context.getContentResolver();
        String[] wanted = {OpenableColumns.DISPLAY_NAME};
        try (Cursor rows = resolver.query(Uri.parse(address), wanted, null, null, null)) {
            return rows != null && rows.moveToFirst() && !rows.isNull(0) ? rows.getString(0) : "";
        } catch (IllegalArgumentException | SecurityException gone) {
            return "";
        }
    }

    private static long pour(InputStream in, OutputStream out) throws IOException {
        byte[] part = new byte[65536];
        long size = 0;
        for (int read = in.read(part); read >= 0; read = in.read(part)) {
            out.write(part, 0, read);
            size += read;
        }
        return size;
    }

    private static void syncIfItCan(FileOutputStream out) {
        try {
            out.getFD().sync();
        } catch (IOException pipe) {
            // a cloud folder is a pipe: all that can be done is done
        }
    }
}
