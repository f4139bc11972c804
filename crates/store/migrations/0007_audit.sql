-- Audit: who did what. Rows are only ever added; each is bound to the one before it by its hash.

CREATE TABLE audit_log (
    org TEXT NOT NULL REFERENCES organizations (id),
    position {i64} NOT NULL,
    at {i64} NOT NULL,
    -- An id that stays when the person goes.
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    target TEXT NOT NULL,
    -- What it was and what it became, as JSON.
    detail TEXT NOT NULL,
    previous {bytes} NOT NULL,
    hash {bytes} NOT NULL,
    PRIMARY KEY (org, position)
) {table};

-- Where each chain ends, so that one whose last rows were taken away is not taken for whole.
CREATE TABLE audit_heads (
    org TEXT NOT NULL PRIMARY KEY REFERENCES organizations (id),
    position {i64} NOT NULL,
    hash {bytes} NOT NULL
) {keyed};
