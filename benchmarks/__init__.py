"""Every published figure has its command here."""
