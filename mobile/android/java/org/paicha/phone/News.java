package org.paicha.phone;

import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.content.Context;
import android.content.Intent;

/** Notifications: one channel for news, a silent one for uploads going on. A tap opens the app. */
public final class News {
    static final int UPLOADING = 1;
    private static final int FIRST = 100;
    private static int number = FIRST;

    private News() {}

    /** A line of news. Without the permission (API 33) nothing is seen and nothing fails. */
    public static synchronized void tell(Context context, String channel, String title, String text) {
        Notification news =
                built(context, "news", channel, NotificationManager.IMPORTANCE_DEFAULT, title, text).setAutoCancel(true).build();
        manager(context).notify(number, news);
        number = number == FIRST + 9 ? FIRST : number + 1; // ten at most, the oldest gives way
    }

    static Notification uploading(Context context, String channel, String text) {
        return built(context, "uploading", channel, NotificationManager.IMPORTANCE_LOW, channel, text).setOngoing(true).build();
    }

    private static Notification.Builder built(Context context, String id, String channel, int importance, String title, String text) {
        manager(context).createNotificationChannel(new NotificationChannel(id, channel, importance)); // API 26; the same one again changes nothing
        Intent open = context.getPackageManager().getLaunchIntentForPackage(context.getPackageName());
        Notification.Builder builder =
                new Notification.Builder(context, id)
                        .setContentTitle(title)
                        .setContentText(text)
                        .setStyle(new Notification.BigTextStyle().bigText(text))
                        .setSmallIcon(icon(context));
        if (open != null) {
            int flags = PendingIntent.FLAG_IMMUTABLE | PendingIntent.FLAG_UPDATE_CURRENT; // one of the two is a must from API 31
            builder.setContentIntent(PendingIntent.getActivity(context, 0, open, flags));
        }
        return builder;
    }

    /** A shape without colours, as the status bar wants it. */
    private static int icon(Context context) {
        int own = context.getResources().getIdentifier("paicha_news", "drawable", context.getPackageName());
        return own == 0 ? context.getApplicationInfo().icon : own;
    }

    private static NotificationManager manager(Context context) {
        return (NotificationManager) context.getSystemService(Context.NOTIFICATION_SERVICE);
    }
}
