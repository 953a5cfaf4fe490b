package com.acme;

import gatehouse.config.Key;
import gatehouse.plugin.Place;
import gatehouse.plugin.PolicyPlugin;
import gatehouse.plugin.Step;

/** Stamps requests and answers with a field, which no client may bring along. */
public class Stamp implements PolicyPlugin<Stamp.Settings> {
    /** Keys of {@code stamp}. */
    public record Settings(
            @Key(doc = "What is stamped.", required = true) String text,
            @Key(doc = "Name of the field.", value = "X-Stamp") String header) {
        public Settings {
            if (text.isBlank()) {
                throw new IllegalArgumentException("text: blank, expected something to stamp");
            }
        }
    }

    @Override
    public String doc() {
        return "Stamps requests and answers with a field.";
    }

    @Override
    public Class<Settings> settings() {
        return Settings.class;
    }

    @Override
    public Place place() {
        return Place.BEHIND_ACCESS;
    }

    @Override
    public Step step(Settings settings) {
        return (call, next) -> {
            if (call.header(settings.header()) != null) {
                return call.refuse(400, "This field is stamped here.");
            }
            call.setHeader(settings.header(), settings.text()); // what the service gets
            return next.proceed().map(answer -> {
                answer.setHeader(settings.header(), settings.text()); // what the client gets
                return answer;
            });
        };
    }
}
