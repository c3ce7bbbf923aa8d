"""How the app for Android is made: `python -m mobile.android.stage FOLDER`, then `buildozer android debug` there; docs/android.md tells all of it.

    stage.py       lays out what a build needs: the app's own files, this folder's, pictures and licences
    main.py        what the phone starts; becomes main.py of the app
    manifest.py    python-for-android's hook: the service, the file provider and the safeguards that buildozer.spec has no words for
    pictures.py    icon, notification icon and start picture, drawn
    java/          our own small Java classes, called by `mobile.device.android`
"""
