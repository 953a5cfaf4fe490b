package gatehouse.service;

/** How a request to a target ended, as far as the target's health goes. */
public enum Outcome {
    /** It answered; whether it was the answer the client hoped for does not matter. */
    GOOD,
    /** It refused, reset, was late, sent garbage, or said 502, 503 or 504. */
    FAILED
}
