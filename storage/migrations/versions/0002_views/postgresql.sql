CREATE TABLE form_draft (
    organisation UUID NOT NULL,
    owner UUID NOT NULL,
    form TEXT COLLATE "C" NOT NULL,
    about TEXT COLLATE "C" NOT NULL,
    seen BIGINT NOT NULL,
    body TEXT NOT NULL,
    saved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_form_draft PRIMARY KEY (organisation, owner, form, about),
    CONSTRAINT fk_form_draft_organisation_owner FOREIGN KEY(organisation, owner) REFERENCES app_user (organisation, id),
    CONSTRAINT ck_form_draft_saved_at_bounds CHECK (saved_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE INDEX ix_form_draft_organisation_saved_at ON form_draft (organisation, saved_at);

CREATE TABLE saved_view (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    owner UUID NOT NULL,
    area TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    sort TEXT NOT NULL,
    descending BOOLEAN NOT NULL,
    position BIGINT NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    sort_name TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_saved_view PRIMARY KEY (organisation, id),
    CONSTRAINT fk_saved_view_organisation_owner FOREIGN KEY(organisation, owner) REFERENCES app_user (organisation, id),
    CONSTRAINT ck_saved_view_position CHECK (position BETWEEN 0 AND 9),
    CONSTRAINT ck_saved_view_version CHECK (version >= 1),
    CONSTRAINT ck_saved_view_deleted_at_bounds CHECK (deleted_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE UNIQUE INDEX uq_saved_view_live_name ON saved_view (organisation, owner, area, sort_name) WHERE deleted_at IS NULL;

CREATE UNIQUE INDEX uq_saved_view_live_position ON saved_view (organisation, owner, area, position) WHERE deleted_at IS NULL AND position > 0;

CREATE INDEX ix_audit_log_organisation_at_seq ON audit_log (organisation, at, seq);

CREATE INDEX ix_audit_log_organisation_actor_action_seq ON audit_log (organisation, actor, action, seq);

CREATE INDEX ix_audit_log_organisation_action_seq ON audit_log (organisation, action, seq);
