package org.paicha.phone;

/** What Java has to tell Python, in whatever thread it happens. */
public interface Heard {
    void heard(String what, String text);
}
