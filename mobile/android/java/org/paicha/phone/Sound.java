package org.paicha.phone;

import android.content.Context;
import android.media.MediaRecorder;
import android.os.Build;
import java.io.File;
import java.io.IOException;

/** Speech recorded into an M4A file: one recording at a time. */
public final class Sound {
    private static MediaRecorder recorder;

    private Sound() {}

    /** Begin; false where the microphone is not to be had (a call is going on). "ended" is told when `seconds` are over. */
    public static synchronized boolean start(Context context, String file, int seconds, Heard heard) {
        stop();
        MediaRecorder begun = Build.VERSION.SDK_INT >= 31 ? new MediaRecorder(context) : new MediaRecorder();
        try {
            begun.setAudioSource(MediaRecorder.AudioSource.MIC);
            begun.setOutputFormat(MediaRecorder.OutputFormat.MPEG_4);
            begun.setAudioEncoder(MediaRecorder.AudioEncoder.AAC);
            begun.setAudioSamplingRate(16000);
            begun.setAudioEncodingBitRate(32000); // speech: 240 kB a minute
            begun.setMaxDuration(seconds * 1000);
            begun.setOutputFile(new File(file)); // API 26
            begun.setOnInfoListener(
                    (which, what, extra) -> {
                        if (what == MediaRecorder.MEDIA_RECORDER_INFO_MAX_DURATION_REACHED) {
                            heard.heard("ended", "");
                        }
                    });
            begun.prepare();
            begun.start();
            recorder = begun;
            return true;
        } catch (IOException | RuntimeException busy) {
            begun.release();
            return false;
        }
    }

    /** End it; true where the file is whole. */
    public static synchronized boolean stop() {
        MediaRecorder running = recorder;
        recorder = null;
        if (running == null) {
            return false;
        }
        try {
            running.stop();
            return true;
        } catch (RuntimeException tooShort) { // so does Android say that not a single sound was kept
            return false;
        } finally {
            running.release();
        }
    }
}
