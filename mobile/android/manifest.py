"""python-for-android's hook, called when it has written the Android manifest: adds what buildozer.spec has no words for.

The service that keeps the app at work while it uploads must be in the app's own process (see KeepAlive.java), with the type dataSync; services of
the spec are processes of their own. The provider lets another app read one shared file. Standard library only: it runs in the builder's Python.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

MARK = "<!-- Paicha -->"
WITHIN_APPLICATION = f"""
    {MARK}
    <service android:name="org.paicha.phone.KeepAlive" android:exported="false" android:foregroundServiceType="dataSync" />
    <provider android:name="androidx.core.content.FileProvider" android:authorities="${{applicationId}}.files"
              android:exported="false" android:grantUriPermissions="true">
        <meta-data android:name="android.support.FILE_PROVIDER_PATHS" android:resource="@xml/paicha_files" />
    </provider>
"""
PLAIN_SCANNER = '<activity android:name="org.paicha.phone.ScanActivity"></activity>'
SCANNER = (
    '<activity android:name="org.paicha.phone.ScanActivity" android:exported="false" android:screenOrientation="portrait" '
    'android:configChanges="orientation|screenSize|keyboardHidden" android:theme="@android:style/Theme.DeviceDefault.NoActionBar"></activity>'
)


def completed(manifest: str) -> str:
    """The manifest with our additions; the same again if it has them already. Raises ValueError where it is not as expected."""
    if MARK in manifest:
        return manifest
    if manifest.count("</application>") != 1 or manifest.count(PLAIN_SCANNER) != 1:
        raise ValueError("the manifest of python-for-android has changed: mobile/android/manifest.py does not fit it any more")
    return manifest.replace(PLAIN_SCANNER, SCANNER).replace("</application>", WITHIN_APPLICATION + "    </application>")


def after_apk_build(toolchain: Any) -> None:
    """Called by python-for-android, in the folder of the distribution, before Gradle begins."""
    file = Path("src/main/AndroidManifest.xml")
    file.write_text(completed(file.read_text("utf-8")), "utf-8")
