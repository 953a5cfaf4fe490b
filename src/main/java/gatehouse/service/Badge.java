package gatehouse.service;

/**
 * Who a target is to the outside.
 *
 * @param id its name for admins
 * @param token its name in clients' cookies; empty where the service is not sticky
 * @param setCookie the {@code Set-Cookie} value that carries the token; empty likewise
 */
record Badge(String id, String token, String setCookie) {}
