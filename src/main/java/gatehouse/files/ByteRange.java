package gatehouse.files;

/**
 * A part of a file.
 *
 * @param first offset of the first byte
 * @param length number of bytes; 0 for a range that lies outside
 */
record ByteRange(long first, long length) {
    static final ByteRange OUTSIDE = new ByteRange(0, 0);

    boolean isEmpty() {
        return length == 0;
    }

    String contentRange(long size) {
        return "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }
}
