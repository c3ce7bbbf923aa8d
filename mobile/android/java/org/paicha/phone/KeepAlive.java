package org.paicha.phone;

import android.app.Service;
import android.content.Context;
import android.content.Intent;
import android.content.pm.ServiceInfo;
import android.os.Handler;
import android.os.IBinder;
import android.os.Looper;
import android.os.PowerManager;

/**
 * Keeps the app's process at work while it uploads out of sight. It does nothing itself: the one writer of the database stays the app's sync
 * thread, in this same process. (A service of python-for-android is another process: it would keep that one alive instead of ours, and load a
 * second Python that must not touch the database.)
 */
public final class KeepAlive extends Service {
    static final String CHANNEL = "channel";
    static final String TEXT = "text";
    private static final long PATIENCE = 10 * 60 * 1000L; // ms without a sign of life from the sync thread, after which it counts as ended

    private final Handler main = new Handler(Looper.getMainLooper());
    private final Runnable giveUp = this::stopSelf;
    private PowerManager.WakeLock awake;

    /** Begin, or say that it is still going on; false where Android does not let us (from API 31: the app is out of sight). */
    public static boolean begin(Context context, String channel, String text) {
        Intent intent = new Intent(context, KeepAlive.class);
        intent.putExtra(CHANNEL, channel);
        intent.putExtra(TEXT, text);
        try {
            context.startForegroundService(intent); // API 26
            return true;
        } catch (IllegalStateException | SecurityException outOfSight) {
            return false;
        }
    }

    /** It has ended. */
    public static void end(Context context) {
        context.stopService(new Intent(context, KeepAlive.class));
    }

    @Override
    public int onStartCommand(Intent intent, int flags, int startId) {
        String channel = intent == null ? null : intent.getStringExtra(CHANNEL);
        String text = intent == null ? null : intent.getStringExtra(TEXT);
        try {
            startForeground(
                    News.UPLOADING,
                    News.uploading(this, channel == null ? "" : channel, text == null ? "" : text),
                    ServiceInfo.FOREGROUND_SERVICE_TYPE_DATA_SYNC); // API 29
        } catch (IllegalStateException | SecurityException notNow) {
            stopSelf();
            return START_NOT_STICKY;
        }
        stayAwake();
        main.removeCallbacks(giveUp);
        main.postDelayed(giveUp, PATIENCE);
        return START_NOT_STICKY; // a killed app is not restarted without its window: it goes on when it is opened
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }

    /** The system's six hours a day are over (API 35, targets from 35 on). No @Override: it is to compile with older platforms, too. */
    public void onTimeout(int startId, int type) {
        stopSelf();
    }

    /** The app was swiped away: its window, and with it Python, ends. */
    @Override
    public void onTaskRemoved(Intent root) {
        stopSelf();
    }

    @Override
    public void onDestroy() {
        main.removeCallbacks(giveUp);
        if (awake != null && awake.isHeld()) {
            awake.release();
        }
        super.onDestroy();
    }

    private void stayAwake() {
        if (awake == null) {
            PowerManager power = (PowerManager) getSystemService(Context.POWER_SERVICE);
            awake = power.newWakeLock(PowerManager.PARTIAL_WAKE_LOCK, "paicha:upload");
            awake.setReferenceCounted(false);
        }
        awake.acquire(PATIENCE);
    }
}
