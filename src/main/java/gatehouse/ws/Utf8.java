package gatehouse.ws;

/** Whether bytes that come in pieces are UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
final class Utf8 {
    private int pending;
    private int low = 0x80;
    private int high = 0xbf;

    /** Whether the next byte may stand where it does. */
    boolean take(int octet) {
        if (pending > 0) {
            if (octet < low || octet > high) {
                return false;
            }
            pending--;
            low = 0x80;
            high = 0xbf;
            return true;
        }
        if (octet < 0x80) {
            return true;
        }
        if (octet >= 0xc2 && octet <= 0xdf) {
            pending = 1;
        } else if (octet >= 0xe0 && octet <= 0xef) {
            pending = 2;
            low = octet == 0xe0 ? 0xa0 : 0x80;
            high = octet == 0xed ? 0x9f : 0xbf;
        } else if (octet >= 0xf0 && octet <= 0xf4) {
            pending = 3;
            low = octet == 0xf0 ? 0x90 : 0x80;
            high = octet == 0xf4 ? 0x8f : 0xbf;
        } else {
            return false;
        }
        return true;
    }

    /** Whether the bytes so far end with a whole character. */
    boolean isWhole() {
        return pending == 0;
    }

    /** Whether all of these are UTF-8. */
    static boolean isValid(byte[] bytes, int from) {
        var text = new Utf8();
        for (var i = from; i < bytes.length; i++) {
            if (!text.take(bytes[i] & 0xff)) {
                return false;
            }
        }
        return text.isWhole();
    }
}
