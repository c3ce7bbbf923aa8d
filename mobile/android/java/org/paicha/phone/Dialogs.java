package org.paicha.phone;

import android.app.Activity;
import android.app.AlertDialog;
import android.text.InputType;
import android.view.Gravity;
import android.view.WindowManager;
import android.widget.EditText;

/** The system's own dialogs. To be called from any thread; tells "yes" with the text, or "no". */
public final class Dialogs {
    private Dialogs() {}

    /** A text typed in a native field, with which every input method gets on. */
    public static void type(Activity activity, String title, String text, String yes, String no, Heard heard) {
        activity.runOnUiThread(
                () -> {
                    if (gone(activity, heard)) {
                        return;
                    }
                    EditText field = new EditText(activity);
                    field.setInputType(
                            InputType.TYPE_CLASS_TEXT | InputType.TYPE_TEXT_FLAG_MULTI_LINE | InputType.TYPE_TEXT_FLAG_CAP_SENTENCES);
                    field.setMinLines(3);
                    field.setGravity(Gravity.TOP | Gravity.START);
                    field.setText(text);
                    field.setSelection(field.length());
                    AlertDialog dialog =
                            builder(activity, title, yes, no, () -> heard.heard("yes", field.getText().toString()), heard).setView(field).create();
                    dialog.setCanceledOnTouchOutside(false); // a slip of the glove must not lose what was typed
                    dialog.getWindow().setSoftInputMode(WindowManager.LayoutParams.SOFT_INPUT_STATE_ALWAYS_VISIBLE);
                    dialog.show();
                    field.requestFocus();
                });
    }

    /** Why the system is about to ask for a permission. */
    public static void explain(Activity activity, String title, String text, String yes, String no, Heard heard) {
        activity.runOnUiThread(
                () -> {
                    if (!gone(activity, heard)) {
                        builder(activity, title, yes, no, () -> heard.heard("yes", ""), heard).setMessage(text).show();
                    }
                });
    }

    /** A dialog over a window that is closing would end the app. */
    private static boolean gone(Activity activity, Heard heard) {
        boolean gone = activity.isFinishing() || activity.isDestroyed();
        if (gone) {
            heard.heard("no", "");
        }
        return gone;
    }

    private static AlertDialog.Builder builder(Activity activity, String title, String yes, String no, Runnable agreed, Heard heard) {
        return new AlertDialog.Builder(activity, android.R.style.Theme_DeviceDefault_Dialog_Alert)
                .setTitle(title)
                .setPositiveButton(yes, (dialog, which) -> agreed.run())
                .setNegativeButton(no, (dialog, which) -> heard.heard("no", ""))
                .setOnCancelListener(dialog -> heard.heard("no", ""));
    }
}
