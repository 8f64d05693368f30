CREATE TABLE form_draft (
    organisation TEXT NOT NULL,
    owner TEXT NOT NULL,
    form TEXT NOT NULL,
    about TEXT NOT NULL,
    seen INTEGER NOT NULL,
    body TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    CONSTRAINT pk_form_draft PRIMARY KEY (organisation, owner, form, about),
    CONSTRAINT fk_form_draft_organisation_owner FOREIGN KEY(organisation, owner) REFERENCES app_user (organisation, id)
)
 STRICT;

CREATE INDEX ix_form_draft_organisation_saved_at ON form_draft (organisation, saved_at);

CREATE TABLE saved_view (
    organisation TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    owner TEXT NOT NULL,
    area TEXT NOT NULL,
    name TEXT NOT NULL,
    "query" TEXT NOT NULL,
    sort TEXT NOT NULL,
    descending INTEGER NOT NULL,
    position INTEGER NOT NULL,
    deleted_at TEXT,
    sort_name TEXT NOT NULL,
    CONSTRAINT pk_saved_view PRIMARY KEY (organisation, id),
    CONSTRAINT fk_saved_view_organisation_owner FOREIGN KEY(organisation, owner) REFERENCES app_user (organisation, id),
    CONSTRAINT ck_saved_view_position CHECK (position BETWEEN 0 AND 9),
    CONSTRAINT ck_saved_view_version CHECK (version >= 1),
    CONSTRAINT ck_saved_view_descending CHECK (descending IN (0, 1))
)
 STRICT;

CREATE UNIQUE INDEX uq_saved_view_live_name ON saved_view (organisation, owner, area, sort_name) WHERE deleted_at IS NULL;

CREATE UNIQUE INDEX uq_saved_view_live_position ON saved_view (organisation, owner, area, position) WHERE deleted_at IS NULL AND position > 0;

CREATE INDEX ix_audit_log_organisation_at_seq ON audit_log (organisation, at, seq);

CREATE INDEX ix_audit_log_organisation_actor_action_seq ON audit_log (organisation, actor, action, seq);

CREATE INDEX ix_audit_log_organisation_action_seq ON audit_log (organisation, action, seq);
