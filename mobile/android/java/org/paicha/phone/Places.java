package org.paicha.phone;

import android.content.Context;
import android.location.Location;
import android.location.LocationListener;
import android.location.LocationManager;
import android.os.Bundle;
import android.os.CancellationSignal;
import android.os.Handler;
import android.os.Looper;
import android.os.SystemClock;
import java.util.List;
import java.util.Locale;

/** Where the phone is, WGS-84. One answer a question: "place" with "lat lon accuracy age", or "none". */
public final class Places {
    private Places() {}

    /** The names of the ways there are just now, with spaces between: gps, network, fused. */
    public static String ways(Context context) {
        StringBuilder names = new StringBuilder();
        for (String name : manager(context).getProviders(true)) {
            if (!name.equals(LocationManager.PASSIVE_PROVIDER)) {
                names.append(names.length() == 0 ? "" : " ").append(name);
            }
        }
        return names.toString();
    }

    /** One position by `way` within `millis`, by the call that is meant for this. API 30. */
    public static void current(Context context, String way, int millis, Heard heard) {
        CancellationSignal end = new CancellationSignal();
        Handler main = new Handler(Looper.getMainLooper());
        Once once = new Once(heard);
        try {
            manager(context).getCurrentLocation(way, end, main::post, once::tell);
        } catch (IllegalArgumentException | SecurityException refused) {
            once.tell(null);
            return;
        }
        main.postDelayed(
                () -> {
                    end.cancel(); // the system tells nothing then
                    once.tell(null);
                },
                millis);
    }

    /** The same where that call is missing: the first of the updates. */
    public static void first(Context context, String way, int millis, Heard heard) {
        LocationManager manager = manager(context);
        Handler main = new Handler(Looper.getMainLooper());
        Once once = new Once(heard);
        LocationListener listener =
                new LocationListener() {
                    @Override
                    public void onLocationChanged(Location place) {
                        manager.removeUpdates(this);
                        once.tell(place);
                    }

                    @Override
                    public void onLocationChanged(List<Location> places) { // API 31
                        onLocationChanged(places.get(places.size() - 1));
                    }

                    @Override
                    public void onStatusChanged(String provider, int status, Bundle extras) {} // without it API 29 ends the app

                    @Override
                    public void onProviderEnabled(String provider) {}

                    @Override
                    public void onProviderDisabled(String provider) {}
                };
        try {
            manager.requestLocationUpdates(way, 0L, 0f, listener, Looper.getMainLooper());
        } catch (IllegalArgumentException | SecurityException refused) {
            once.tell(null);
            return;
        }
        main.postDelayed(
                () -> {
                    manager.removeUpdates(listener);
                    once.tell(null);
                },
                millis);
    }

    /** The newest that any way remembers, as "lat lon accuracy age"; "" for none. */
    public static String lastKnown(Context context) {
        Location newest = null;
        try {
            for (String name : manager(context).getProviders(true)) {
                Location place = manager(context).getLastKnownLocation(name);
                if (place != null && (newest == null || age(place) < age(newest))) {
                    newest = place;
                }
            }
        } catch (SecurityException refused) {
            return "";
        }
        return newest == null ? "" : text(newest);
    }

    private static LocationManager manager(Context context) {
        return (LocationManager) context.getSystemService(Context.LOCATION_SERVICE);
    }

    private static long age(Location place) {
        return (SystemClock.elapsedRealtimeNanos() - place.getElapsedRealtimeNanos()) / 1000000L;
    }

    private static String text(Location place) {
        return String.format(
                Locale.ROOT, "%.7f %.7f %.1f %d", place.getLatitude(), place.getLongitude(), (double) place.getAccuracy(), age(place));
    }

    private static final class Once {
        private final Heard heard;
        private boolean told;

        Once(Heard heard) {
            this.heard = heard;
        }

        synchronized void tell(Location place) {
            if (!told) {
                told = true;
                heard.heard(place == null ? "none" : "place", place == null ? "" : text(place));
            }
        }
    }
}
