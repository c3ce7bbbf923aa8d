package org.paicha.phone;

import android.app.Activity;
import android.content.Intent;
import android.graphics.Color;
import android.hardware.Camera;
import android.os.Bundle;
import android.os.Handler;
import android.os.Looper;
import android.view.Gravity;
import android.view.SurfaceHolder;
import android.view.SurfaceView;
import android.view.WindowManager;
import android.widget.FrameLayout;
import android.widget.TextView;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Looks through the back camera until it sees a QR code; its text is the answer. The old camera interface (deprecated since API 21, still in every
 * phone) because it is a third of the code of the new one and needs no further library.
 */
@SuppressWarnings("deprecation")
public final class ScanActivity extends Activity implements SurfaceHolder.Callback, Camera.PreviewCallback {
    static final String HINT = "hint";
    public static final String TEXT = "text";

    private final Handler main = new Handler(Looper.getMainLooper());
    private final ExecutorService reader = Executors.newSingleThreadExecutor();
    private SurfaceView view;
    private Camera camera;
    private int turned; // how the back camera is built in, degrees
    private int width;
    private int height;
    private boolean shown;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        getWindow().addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON);
        view = new SurfaceView(this);
        view.getHolder().addCallback(this);
        TextView hint = new TextView(this);
        hint.setText(getIntent().getStringExtra(HINT));
        hint.setTextColor(Color.WHITE);
        hint.setTextSize(18);
        hint.setBackgroundColor(0xB0000000);
        int space = Math.round(16 * getResources().getDisplayMetrics().density);
        hint.setPadding(space, space, space, space);
        FrameLayout all = new FrameLayout(this);
        all.addView(view);
        all.addView(
                hint,
                new FrameLayout.LayoutParams(FrameLayout.LayoutParams.MATCH_PARENT, FrameLayout.LayoutParams.WRAP_CONTENT, Gravity.TOP));
        all.setOnClickListener(tapped -> focus());
        all.setFitsSystemWindows(true);
        setContentView(all);
    }

    @Override
    protected void onResume() {
        super.onResume();
        camera = backCamera();
        if (camera == null) {
            finish(); // cancelled: the person types the code
        } else if (shown) {
            look();
        }
    }

    @Override
    protected void onPause() {
        if (camera != null) {
            camera.setPreviewCallback(null);
            camera.stopPreview();
            camera.release();
            camera = null;
        }
        super.onPause();
    }

    @Override
    protected void onDestroy() {
        reader.shutdown();
        super.onDestroy();
    }

    @Override
    public void surfaceCreated(SurfaceHolder holder) {
        shown = true;
        look();
    }

    @Override
    public void surfaceChanged(SurfaceHolder holder, int format, int width, int height) {}

    @Override
    public void surfaceDestroyed(SurfaceHolder holder) {
        shown = false;
    }

    @Override
    public void onPreviewFrame(byte[] picture, Camera from) {
        if (reader.isShutdown()) {
            return;
        }
        int across = width;
        int down = height;
        reader.execute(
                () -> {
                    String text = Codes.read(picture, across, down);
                    main.post(() -> seen(text));
                });
    }

    private Camera backCamera() {
        Camera.CameraInfo about = new Camera.CameraInfo();
        for (int number = 0; number < Camera.getNumberOfCameras(); number++) {
            Camera.getCameraInfo(number, about);
            if (about.facing == Camera.CameraInfo.CAMERA_FACING_BACK) {
                turned = about.orientation;
                try {
                    return Camera.open(number);
                } catch (RuntimeException busy) {
                    return null;
                }
            }
        }
        return null;
    }

    private void seen(String text) {
        if (text != null) {
            setResult(RESULT_OK, new Intent().putExtra(TEXT, text));
            finish();
        } else if (camera != null) {
            camera.setOneShotPreviewCallback(this); // the next picture, as soon as this one is done with
        }
    }

    private void look() {
        if (camera == null) {
            return;
        }
        try {
            camera.setPreviewDisplay(view.getHolder());
        } catch (IOException | RuntimeException gone) {
            finish();
            return;
        }
        int held = getWindowManager().getDefaultDisplay().getRotation() * 90;
        camera.setDisplayOrientation((turned - held + 360) % 360);
        Camera.Parameters wanted = camera.getParameters();
        List<String> ways = wanted.getSupportedFocusModes();
        if (ways != null && ways.contains(Camera.Parameters.FOCUS_MODE_CONTINUOUS_PICTURE)) {
            wanted.setFocusMode(Camera.Parameters.FOCUS_MODE_CONTINUOUS_PICTURE);
        }
        Camera.Size best = null;
        for (Camera.Size size : wanted.getSupportedPreviewSizes()) {
            boolean enough = size.width <= 1280 && size.height <= 1280;
            if (enough && (best == null || size.width * size.height > best.width * best.height)) {
                best = size;
            }
        }
        if (best == null) {
            best = wanted.getPreviewSize();
        }
        width = best.width;
        height = best.height;
        wanted.setPreviewSize(width, height);
        camera.setParameters(wanted);
        camera.startPreview();
        camera.setOneShotPreviewCallback(this);
    }

    private void focus() {
        if (camera != null) {
            try {
                camera.autoFocus((done, from) -> {});
            } catch (RuntimeException cannot) {
                // it focuses by itself, or not at all
            }
        }
    }
}
