"""Official papers as plain values: what each says (`forms`, `saying`), of which blocks it is made (`model`), how they fill pages (`layout`, `lines`).

The console sets them as PDF, DOCX and page, the phone as pictures: both say the same words.
"""
