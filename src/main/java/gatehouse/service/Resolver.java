package gatehouse.service;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Looks up host names; may block. */
@FunctionalInterface
interface Resolver {
    /** What Java does: the hosts file, then DNS. */
    Resolver SYSTEM = InetAddress::getAllByName;

    /** All addresses of a name. */
    InetAddress[] resolve(String host) throws UnknownHostException;
}
