package org.paicha.phone;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.res.Configuration;
import android.net.ConnectivityManager;
import android.net.Network;
import android.net.NetworkCapabilities;
import android.os.BatteryManager;
import android.os.Build;
import android.view.View;
import android.view.WindowInsets;
import java.util.Locale;

/** How the phone is just now. Numbers are -1 where nobody knows. */
public final class Machine {
    private Machine() {}

    public static int level() {
        return Build.VERSION.SDK_INT;
    }

    public static String model() {
        return Build.MANUFACTURER + " " + Build.MODEL;
    }

    /** Percent. */
    public static int battery(Context context) {
        Intent state = batteryState(context);
        int level = state == null ? -1 : state.getIntExtra(BatteryManager.EXTRA_LEVEL, -1);
        int scale = state == null ? -1 : state.getIntExtra(BatteryManager.EXTRA_SCALE, -1);
        return level < 0 || scale <= 0 ? -1 : level * 100 / scale;
    }

    /** 1 yes, 0 no. */
    public static int charging(Context context) {
        Intent state = batteryState(context);
        int plugged = state == null ? -1 : state.getIntExtra(BatteryManager.EXTRA_PLUGGED, -1);
        return plugged < 0 ? -1 : plugged > 0 ? 1 : 0;
    }

    /** 1: there is a network that says it leads somewhere. Not "validated": many a phone in China cannot reach the page it would be validated by. */
    public static int online(Context context) {
        NetworkCapabilities can = network(context);
        return can != null && can.hasCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET) ? 1 : 0;
    }

    /** 1: the network costs. */
    public static int metered(Context context) {
        NetworkCapabilities can = network(context);
        return can == null ? -1 : can.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED) ? 0 : 1;
    }

    /** 1: the system's colours are dark. */
    public static int dark(Context context) {
        int night = context.getResources().getConfiguration().uiMode & Configuration.UI_MODE_NIGHT_MASK;
        return night == Configuration.UI_MODE_NIGHT_YES ? 1 : night == Configuration.UI_MODE_NIGHT_NO ? 0 : -1;
    }

    /** As the system speaks: zh, en ... */
    public static String language() {
        return Locale.getDefault().getLanguage();
    }

    /** Tell "changed" when the network comes, goes or costs otherwise. API 24; for as long as the app lives. */
    public static void watch(Context context, Heard heard) {
        connectivity(context)
                .registerDefaultNetworkCallback(
                        new ConnectivityManager.NetworkCallback() {
                            @Override
                            public void onCapabilitiesChanged(Network network, NetworkCapabilities can) {
                                heard.heard("changed", "");
                            }

                            @Override
                            public void onLost(Network network) {
                                heard.heard("changed", "");
                            }
                        });
    }

    /** Pixels of our picture that the system's bars cover, "top bottom"; "0 0" where the picture ends at the bars (targets below API 35). */
    public static String insets(Activity activity) {
        View all = activity.getWindow().getDecorView();
        View ours = activity.findViewById(android.R.id.content);
        WindowInsets insets = all.getRootWindowInsets();
        if (ours == null || insets == null) {
            return "0 0";
        }
        int top;
        int bottom;
        if (Build.VERSION.SDK_INT >= 30) {
            int bars = WindowInsets.Type.systemBars() | WindowInsets.Type.displayCutout();
            top = insets.getInsets(bars).top;
            bottom = insets.getInsets(bars).bottom;
        } else {
            top = insets.getSystemWindowInsetTop();
            bottom = insets.getStableInsetBottom(); // without the keyboard
        }
        int[] place = new int[2];
        ours.getLocationInWindow(place);
        int below = all.getHeight() - place[1] - ours.getHeight();
        // under the content frame there may still be its own padding: what lies between the window's edge and our picture is not covered
        top = top - place[1] - ours.getPaddingTop();
        bottom = bottom - below - ours.getPaddingBottom();
        return Math.max(top, 0) + " " + Math.max(bottom, 0);
    }

    private static Intent batteryState(Context context) {
        return context.registerReceiver(null, new IntentFilter(Intent.ACTION_BATTERY_CHANGED)); // no receiver: the last state, at once
    }

    private static ConnectivityManager connectivity(Context context) {
        return (ConnectivityManager) context.getSystemService(Context.CONNECTIVITY_SERVICE);
    }

    private static NetworkCapabilities network(Context context) {
        Network active = connectivity(context).getActiveNetwork();
        return active == null ? null : connectivity(context).getNetworkCapabilities(active);
    }
}
