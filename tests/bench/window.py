"""The window against a bare Kivy window, and a long list flung. (Being written by D2, with client.py.)"""
