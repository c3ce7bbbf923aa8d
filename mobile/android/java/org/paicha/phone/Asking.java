package org.paicha.phone;

import android.app.Activity;
import android.content.ActivityNotFoundException;
import android.content.ClipData;
import android.content.Intent;
import android.net.Uri;
import android.provider.MediaStore;
import androidx.core.content.FileProvider;
import java.io.File;

/** Other apps asked for something by Intent. False where the phone has none for it, or forbids it. What they answer, Python hears. */
public final class Asking {
    private Asking() {}

    /** The system's camera writes one picture into `row`. */
    public static boolean photo(Activity activity, String row, int request) {
        return camera(activity, new Intent(MediaStore.ACTION_IMAGE_CAPTURE), row, request);
    }

    /** The system's camera writes a video of at most `seconds` into `row`. */
    public static boolean video(Activity activity, String row, int seconds, int request) {
        Intent intent = new Intent(MediaStore.ACTION_VIDEO_CAPTURE);
        intent.putExtra(MediaStore.EXTRA_DURATION_LIMIT, seconds);
        intent.putExtra(MediaStore.EXTRA_VIDEO_QUALITY, 0); // small: it has to go over a mobile network
        return camera(activity, intent, row, request);
    }

    /** Our own page that looks for a QR code. */
    public static boolean scan(Activity activity, String hint, int request) {
        Intent intent = new Intent(activity, ScanActivity.class);
        intent.putExtra(ScanActivity.HINT, hint);
        return start(activity, intent, request);
    }

    /** The person chooses a place and name for a new file: a memory stick, a cloud folder, the downloads. */
    public static boolean create(Activity activity, String name, String type, int request) {
        Intent intent = new Intent(Intent.ACTION_CREATE_DOCUMENT);
        intent.addCategory(Intent.CATEGORY_OPENABLE);
        intent.setType(type);
        intent.putExtra(Intent.EXTRA_TITLE, name);
        return start(activity, intent, request);
    }

    /** The person chooses pictures, sounds or videos with the system's own page: no permission is needed for what they choose. */
    public static boolean choose(Activity activity, String type, boolean several, int request) {
        Intent intent = new Intent(Intent.ACTION_OPEN_DOCUMENT);
        intent.addCategory(Intent.CATEGORY_OPENABLE);
        String[] types = type.split(" ");
        intent.setType(types.length == 1 ? type : "*/*");
        intent.putExtra(Intent.EXTRA_MIME_TYPES, types);
        intent.putExtra(Intent.EXTRA_ALLOW_MULTIPLE, several);
        return start(activity, intent, request);
    }

    /** The addresses in an answer, a line each. */
    public static String chosen(Intent answer) {
        StringBuilder addresses = new StringBuilder();
        ClipData many = answer.getClipData();
        for (int number = 0; many != null && number < many.getItemCount(); number++) {
            addresses.append(many.getItemAt(number).getUri()).append('\n');
        }
        if (many == null && answer.getData() != null) {
            addresses.append(answer.getData());
        }
        return addresses.toString().trim();
    }

    /** Hand a file of the folder `shared` in our cache to an app that the person chooses; it may read this one and nothing else. */
    public static boolean share(Activity activity, String file, String type, String title) {
        Uri address = FileProvider.getUriForFile(activity, activity.getPackageName() + ".files", new File(file));
        Intent intent = new Intent(Intent.ACTION_SEND);
        intent.setType(type);
        intent.putExtra(Intent.EXTRA_STREAM, address);
        intent.putExtra(Intent.EXTRA_TITLE, title);
        intent.setClipData(ClipData.newRawUri(title, address));
        intent.addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION);
        return start(activity, Intent.createChooser(intent, title), -1);
    }

    /** The number in the telephone, not yet called: no permission is needed for that. */
    public static boolean dial(Activity activity, String number) {
        return start(activity, new Intent(Intent.ACTION_DIAL, Uri.fromParts("tel", number, null)), -1);
    }

    private static boolean camera(Activity activity, Intent intent, String row, int request) {
        Uri output = Uri.parse(row);
        intent.putExtra(MediaStore.EXTRA_OUTPUT, output);
        intent.setClipData(ClipData.newRawUri("", output));
        intent.addFlags(Intent.FLAG_GRANT_WRITE_URI_PERMISSION | Intent.FLAG_GRANT_READ_URI_PERMISSION);
        return start(activity, intent, request);
    }

    private static boolean start(Activity activity, Intent intent, int request) {
        try {
            activity.startActivityForResult(intent, request); // a negative request wants no answer
            return true;
        } catch (ActivityNotFoundException | SecurityException none) {
            return false;
        }
    }
}
