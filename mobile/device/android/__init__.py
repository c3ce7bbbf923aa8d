"""The Android phone under the window. Nothing outside this package may import jnius or android.

Android itself is called by the small Java classes in `mobile/android/java` (they are compiled against its real interface); what is decided, by which
permission and level and what to tell the person, is decided here in Python. No line of this ever ran on a phone: docs/android.md.
"""
