package gatehouse.observe;

/** What one lane counts for one listener. Confined to the lane's event loop. */
public final class ListenerStats {
    static final int OPENED = 0;
    static final int CLOSED = 1;

    final Cells cells = new Cells(2);

    ListenerStats() {}

    /** A connection was accepted. */
    public void opened() {
        cells.add(OPENED, 1);
    }

    /** A connection that was accepted here is closed. */
    public void closed() {
        cells.add(CLOSED, 1);
    }
}
