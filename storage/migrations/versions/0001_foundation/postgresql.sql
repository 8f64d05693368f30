CREATE TABLE audit_head (
    organisation UUID NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_audit_head PRIMARY KEY (organisation)
);

CREATE TABLE audit_log (
    organisation UUID NOT NULL,
    seq BIGINT NOT NULL,
    prev TEXT COLLATE "C" NOT NULL,
    at TEXT COLLATE "C" NOT NULL,
    actor TEXT NOT NULL,
    database_user TEXT,
    origin TEXT NOT NULL,
    request TEXT,
    action TEXT NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    version BIGINT,
    reason TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    key_id TEXT NOT NULL,
    mac TEXT NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (organisation, seq),
    CONSTRAINT uq_audit_log_organisation_object_version UNIQUE (organisation, object, version)
);

CREATE INDEX ix_audit_log_organisation_request ON audit_log (organisation, request);

CREATE TABLE counter (
    organisation UUID NOT NULL,
    name TEXT NOT NULL,
    n BIGINT NOT NULL,
    CONSTRAINT pk_counter PRIMARY KEY (organisation, name)
);

CREATE TABLE currency_use (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    currency TEXT NOT NULL,
    exponent BIGINT NOT NULL,
    CONSTRAINT pk_currency_use PRIMARY KEY (organisation, id),
    CONSTRAINT uq_currency_use_organisation_currency UNIQUE (organisation, currency),
    CONSTRAINT ck_currency_use_version CHECK (version >= 1)
);

CREATE TABLE feature (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    enabled BOOLEAN NOT NULL,
    roles TEXT NOT NULL,
    percentage BIGINT NOT NULL,
    CONSTRAINT pk_feature PRIMARY KEY (organisation, id),
    CONSTRAINT uq_feature_organisation_name UNIQUE (organisation, name),
    CONSTRAINT ck_feature_percentage CHECK (percentage BETWEEN 0 AND 100),
    CONSTRAINT ck_feature_version CHECK (version >= 1)
);

CREATE TABLE import_run (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    file_hash TEXT COLLATE "C" NOT NULL,
    state TEXT NOT NULL,
    rows BIGINT NOT NULL,
    started_by UUID NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_import_run PRIMARY KEY (organisation, id),
    CONSTRAINT uq_import_run_organisation_kind_file_hash UNIQUE (organisation, kind, file_hash),
    CONSTRAINT ck_import_run_state CHECK (state IN ('checked', 'staged', 'done')),
    CONSTRAINT ck_import_run_started_at_bounds CHECK (started_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE TABLE job (
    organisation UUID NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    schedule TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    lease UUID,
    lease_until TIMESTAMP WITH TIME ZONE,
    last_run_at TIMESTAMP WITH TIME ZONE,
    next_run_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_job PRIMARY KEY (organisation, name),
    CONSTRAINT ck_job_lease_until_bounds CHECK (lease_until BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00'),
    CONSTRAINT ck_job_last_run_at_bounds CHECK (last_run_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00'),
    CONSTRAINT ck_job_next_run_at_bounds CHECK (next_run_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE TABLE ledger_head (
    organisation UUID NOT NULL,
    seq BIGINT NOT NULL,
    CONSTRAINT pk_ledger_head PRIMARY KEY (organisation)
);

CREATE TABLE membership (
    login TEXT COLLATE "C" NOT NULL,
    organisation UUID NOT NULL,
    CONSTRAINT pk_membership PRIMARY KEY (login, organisation)
);

CREATE TABLE organisation (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    locale TEXT NOT NULL,
    zone TEXT NOT NULL,
    production BOOLEAN NOT NULL,
    CONSTRAINT pk_organisation PRIMARY KEY (organisation, id),
    CONSTRAINT ck_organisation_version CHECK (version >= 1)
);

CREATE TABLE personal_value (
    organisation UUID NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    object TEXT COLLATE "C" NOT NULL,
    salt TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_personal_value PRIMARY KEY (organisation, digest)
);

CREATE INDEX ix_personal_value_organisation_object ON personal_value (organisation, object);

CREATE TABLE request (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    params TEXT COLLATE "C" NOT NULL,
    result TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_request PRIMARY KEY (organisation, id),
    CONSTRAINT ck_request_at_bounds CHECK (at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE INDEX ix_request_organisation_at ON request (organisation, at);

CREATE TABLE setting (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_setting PRIMARY KEY (organisation, id),
    CONSTRAINT uq_setting_organisation_name UNIQUE (organisation, name),
    CONSTRAINT ck_setting_version CHECK (version >= 1)
);

CREATE TABLE store_meta (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT pk_store_meta PRIMARY KEY (name)
);

CREATE TABLE summary_moved (
    organisation UUID NOT NULL,
    entity UUID NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    booked_on DATE NOT NULL,
    kind TEXT NOT NULL,
    amount BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    CONSTRAINT pk_summary_moved PRIMARY KEY (organisation, entity, currency, booked_on, kind),
    CONSTRAINT ck_summary_moved_booked_on_bounds CHECK (booked_on BETWEEN '0001-01-01' AND '9999-12-31'),
    CONSTRAINT ck_summary_moved_kind CHECK (kind IN ('invoice_issued', 'credit_note_issued', 'void', 'money_recorded', 'deposit', 'provider_payment', 'provider_fee', 'payout', 'allocation', 'unallocation', 'credit_used', 'credit_unused', 'turned_into_credit', 'promised_back', 'refund', 'refund_returned', 'payment_returned', 'dispute_withdrawn', 'dispute_won', 'dispute_lost', 'write_off', 'short_payment', 'over_payment', 'late_fee', 'withholding', 'exchanged_out', 'exchanged_in', 'exchange_difference', 'reversal'))
);

CREATE TABLE summary_open (
    organisation UUID NOT NULL,
    entity UUID NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    due_on DATE NOT NULL,
    amount BIGINT NOT NULL,
    CONSTRAINT pk_summary_open PRIMARY KEY (organisation, entity, currency, due_on),
    CONSTRAINT ck_summary_open_due_on_bounds CHECK (due_on BETWEEN '0001-01-01' AND '9999-12-31')
);

CREATE TABLE app_user (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    login TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    password TEXT NOT NULL,
    failures BIGINT NOT NULL,
    retry_at TIMESTAMP WITH TIME ZONE,
    public_key TEXT NOT NULL,
    CONSTRAINT pk_app_user PRIMARY KEY (organisation, id),
    CONSTRAINT uq_app_user_organisation_login UNIQUE (organisation, login),
    CONSTRAINT fk_app_user_organisation_organisation FOREIGN KEY(organisation, organisation) REFERENCES organisation (organisation, id),
    CONSTRAINT ck_app_user_version CHECK (version >= 1),
    CONSTRAINT ck_app_user_disabled_at_bounds CHECK (disabled_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00'),
    CONSTRAINT ck_app_user_retry_at_bounds CHECK (retry_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE TABLE customer (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    parent UUID,
    currency TEXT NOT NULL,
    terms TEXT NOT NULL,
    credit_limit BIGINT,
    delivery TEXT NOT NULL,
    language TEXT NOT NULL,
    addresses TEXT NOT NULL,
    contacts TEXT NOT NULL,
    tax_ids TEXT NOT NULL,
    allocations TEXT NOT NULL,
    brakes TEXT NOT NULL,
    tags TEXT NOT NULL,
    meta_data TEXT NOT NULL,
    merged_into UUID,
    archived_at TIMESTAMP WITH TIME ZONE,
    sort_name TEXT COLLATE "C" NOT NULL,
    sort_number TEXT COLLATE "C" NOT NULL,
    skeleton TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_customer PRIMARY KEY (organisation, id),
    CONSTRAINT uq_customer_organisation_number UNIQUE (organisation, number),
    CONSTRAINT ck_customer_parent CHECK (parent <> id),
    CONSTRAINT ck_customer_merged_into CHECK (merged_into <> id),
    CONSTRAINT fk_customer_organisation_organisation FOREIGN KEY(organisation, organisation) REFERENCES organisation (organisation, id),
    CONSTRAINT fk_customer_organisation_parent FOREIGN KEY(organisation, parent) REFERENCES customer (organisation, id),
    CONSTRAINT fk_customer_organisation_merged_into FOREIGN KEY(organisation, merged_into) REFERENCES customer (organisation, id),
    CONSTRAINT ck_customer_version CHECK (version >= 1),
    CONSTRAINT ck_customer_delivery CHECK (delivery IN ('email', 'post', 'download')),
    CONSTRAINT ck_customer_archived_at_bounds CHECK (archived_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00'),
    CONSTRAINT ck_customer_created_at_bounds CHECK (created_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE INDEX ix_customer_above ON customer (organisation, coalesce(merged_into, parent));

CREATE INDEX ix_customer_organisation_archived_at ON customer (organisation, archived_at);

CREATE INDEX ix_customer_organisation_created_at_id ON customer (organisation, created_at, id);

CREATE INDEX ix_customer_organisation_currency ON customer (organisation, currency);

CREATE INDEX ix_customer_organisation_merged_into ON customer (organisation, merged_into);

CREATE INDEX ix_customer_organisation_parent ON customer (organisation, parent);

CREATE INDEX ix_customer_organisation_skeleton ON customer (organisation, skeleton);

CREATE INDEX ix_customer_organisation_sort_name_id ON customer (organisation, sort_name, id);

CREATE INDEX ix_customer_organisation_sort_number_id ON customer (organisation, sort_number, id);

CREATE TABLE exchange_rate (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    base TEXT COLLATE "C" NOT NULL,
    quote TEXT COLLATE "C" NOT NULL,
    valid_on DATE NOT NULL,
    rate NUMERIC NOT NULL,
    inverse BOOLEAN NOT NULL,
    source TEXT NOT NULL,
    CONSTRAINT pk_exchange_rate PRIMARY KEY (organisation, id),
    CONSTRAINT uq_exchange_rate_organisation_base_quote_valid_on UNIQUE (organisation, base, quote, valid_on),
    CONSTRAINT fk_exchange_rate_organisation_organisation FOREIGN KEY(organisation, organisation) REFERENCES organisation (organisation, id),
    CONSTRAINT ck_exchange_rate_version CHECK (version >= 1),
    CONSTRAINT ck_exchange_rate_valid_on_bounds CHECK (valid_on BETWEEN '0001-01-01' AND '9999-12-31'),
    CONSTRAINT ck_exchange_rate_rate_bounds CHECK (rate > '-Infinity' AND rate < 'Infinity')
);

CREATE INDEX ix_exchange_rate_organisation_valid_on_base_quote ON exchange_rate (organisation, valid_on, base, quote);

CREATE TABLE import_unit (
    organisation UUID NOT NULL,
    run UUID NOT NULL,
    n BIGINT NOT NULL,
    rows TEXT NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_import_unit PRIMARY KEY (organisation, run, n),
    CONSTRAINT fk_import_unit_organisation_run FOREIGN KEY(organisation, run) REFERENCES import_run (organisation, id),
    CONSTRAINT ck_import_unit_done_at_bounds CHECK (done_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE TABLE job_run (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    job TEXT COLLATE "C" NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT NOT NULL,
    counts TEXT NOT NULL,
    error TEXT NOT NULL,
    CONSTRAINT pk_job_run PRIMARY KEY (organisation, id),
    CONSTRAINT fk_job_run_organisation_job FOREIGN KEY(organisation, job) REFERENCES job (organisation, name),
    CONSTRAINT ck_job_run_started_at_bounds CHECK (started_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00'),
    CONSTRAINT ck_job_run_finished_at_bounds CHECK (finished_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00'),
    CONSTRAINT ck_job_run_outcome CHECK (outcome IN ('running', 'done', 'stopped', 'failed'))
);

CREATE INDEX ix_job_run_organisation_finished_at ON job_run (organisation, finished_at);

CREATE INDEX ix_job_run_organisation_job_started_at ON job_run (organisation, job, started_at);

CREATE TABLE legal_entity (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    country TEXT NOT NULL,
    currency TEXT NOT NULL,
    tax_ids TEXT NOT NULL,
    closed_through DATE NOT NULL,
    CONSTRAINT pk_legal_entity PRIMARY KEY (organisation, id),
    CONSTRAINT uq_legal_entity_organisation_code UNIQUE (organisation, code),
    CONSTRAINT fk_legal_entity_organisation_organisation FOREIGN KEY(organisation, organisation) REFERENCES organisation (organisation, id),
    CONSTRAINT ck_legal_entity_version CHECK (version >= 1),
    CONSTRAINT ck_legal_entity_closed_through_bounds CHECK (closed_through BETWEEN '0001-01-01' AND '9999-12-31')
);

CREATE TABLE alert (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    severity TEXT NOT NULL,
    message TEXT NOT NULL,
    object TEXT NOT NULL,
    owner UUID,
    raised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    acknowledged_by UUID,
    CONSTRAINT pk_alert PRIMARY KEY (organisation, id),
    CONSTRAINT fk_alert_organisation_owner FOREIGN KEY(organisation, owner) REFERENCES app_user (organisation, id),
    CONSTRAINT fk_alert_organisation_acknowledged_by FOREIGN KEY(organisation, acknowledged_by) REFERENCES app_user (organisation, id),
    CONSTRAINT ck_alert_version CHECK (version >= 1),
    CONSTRAINT ck_alert_severity CHECK (severity IN ('info', 'warning', 'critical')),
    CONSTRAINT ck_alert_raised_at_bounds CHECK (raised_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00'),
    CONSTRAINT ck_alert_due_at_bounds CHECK (due_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00'),
    CONSTRAINT ck_alert_acknowledged_at_bounds CHECK (acknowledged_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE INDEX ix_alert_organisation_raised_at_id ON alert (organisation, raised_at, id);

CREATE UNIQUE INDEX uq_alert_open_key ON alert (organisation, kind, key) WHERE acknowledged_at IS NULL;

CREATE TABLE customer_key (
    organisation UUID NOT NULL,
    kind TEXT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    customer UUID NOT NULL,
    gone_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_customer_key PRIMARY KEY (organisation, kind, key, customer),
    CONSTRAINT fk_customer_key_organisation_customer FOREIGN KEY(organisation, customer) REFERENCES customer (organisation, id),
    CONSTRAINT ck_customer_key_kind CHECK (kind IN ('word', 'number', 'email', 'tax_id', 'tag', 'department', 'brake')),
    CONSTRAINT ck_customer_key_gone_at_bounds CHECK (gone_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE INDEX ix_customer_key_organisation_customer_kind_key ON customer_key (organisation, customer, kind, key);

CREATE INDEX ix_customer_key_organisation_gone_at ON customer_key (organisation, gone_at) WHERE gone_at IS NOT NULL;

CREATE TABLE customer_note (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    customer UUID NOT NULL,
    author UUID NOT NULL,
    text TEXT NOT NULL,
    written_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_customer_note PRIMARY KEY (organisation, id),
    CONSTRAINT fk_customer_note_organisation_customer FOREIGN KEY(organisation, customer) REFERENCES customer (organisation, id),
    CONSTRAINT fk_customer_note_organisation_author FOREIGN KEY(organisation, author) REFERENCES app_user (organisation, id),
    CONSTRAINT ck_customer_note_version CHECK (version >= 1),
    CONSTRAINT ck_customer_note_written_at_bounds CHECK (written_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00'),
    CONSTRAINT ck_customer_note_deleted_at_bounds CHECK (deleted_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE INDEX ix_customer_note_organisation_customer_written_at ON customer_note (organisation, customer, written_at);

CREATE TABLE department (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    parent UUID,
    owner UUID,
    merged_into UUID,
    archived_at TIMESTAMP WITH TIME ZONE,
    sort_name TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_department PRIMARY KEY (organisation, id),
    CONSTRAINT uq_department_organisation_code UNIQUE (organisation, code),
    CONSTRAINT ck_department_parent CHECK (parent <> id),
    CONSTRAINT ck_department_merged_into CHECK (merged_into <> id),
    CONSTRAINT fk_department_organisation_organisation FOREIGN KEY(organisation, organisation) REFERENCES organisation (organisation, id),
    CONSTRAINT fk_department_organisation_parent FOREIGN KEY(organisation, parent) REFERENCES department (organisation, id),
    CONSTRAINT fk_department_organisation_merged_into FOREIGN KEY(organisation, merged_into) REFERENCES department (organisation, id),
    CONSTRAINT fk_department_organisation_owner FOREIGN KEY(organisation, owner) REFERENCES app_user (organisation, id),
    CONSTRAINT ck_department_version CHECK (version >= 1),
    CONSTRAINT ck_department_archived_at_bounds CHECK (archived_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE INDEX ix_department_above ON department (organisation, coalesce(merged_into, parent));

CREATE INDEX ix_department_organisation_merged_into ON department (organisation, merged_into);

CREATE INDEX ix_department_organisation_parent ON department (organisation, parent);

CREATE INDEX ix_department_organisation_sort_name_id ON department (organisation, sort_name, id);

CREATE TABLE ledger_entry (
    organisation UUID NOT NULL,
    seq BIGINT NOT NULL,
    entity UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    booked_on DATE NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    document UUID,
    reverses BIGINT,
    request UUID NOT NULL,
    CONSTRAINT pk_ledger_entry PRIMARY KEY (organisation, seq),
    CONSTRAINT fk_ledger_entry_organisation_entity FOREIGN KEY(organisation, entity) REFERENCES legal_entity (organisation, id),
    CONSTRAINT fk_ledger_entry_organisation_reverses FOREIGN KEY(organisation, reverses) REFERENCES ledger_entry (organisation, seq),
    CONSTRAINT ck_ledger_entry_at_bounds CHECK (at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00'),
    CONSTRAINT ck_ledger_entry_booked_on_bounds CHECK (booked_on BETWEEN '0001-01-01' AND '9999-12-31'),
    CONSTRAINT ck_ledger_entry_kind CHECK (kind IN ('invoice_issued', 'credit_note_issued', 'void', 'money_recorded', 'deposit', 'provider_payment', 'provider_fee', 'payout', 'allocation', 'unallocation', 'credit_used', 'credit_unused', 'turned_into_credit', 'promised_back', 'refund', 'refund_returned', 'payment_returned', 'dispute_withdrawn', 'dispute_won', 'dispute_lost', 'write_off', 'short_payment', 'over_payment', 'late_fee', 'withholding', 'exchanged_out', 'exchanged_in', 'exchange_difference', 'reversal'))
);

CREATE INDEX ix_ledger_entry_organisation_booked_on ON ledger_entry (organisation, booked_on);

CREATE INDEX ix_ledger_entry_organisation_document ON ledger_entry (organisation, document);

CREATE UNIQUE INDEX ix_ledger_entry_organisation_reverses ON ledger_entry (organisation, reverses);

CREATE TABLE gl_mapping (
    organisation UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    entity UUID NOT NULL,
    department UUID,
    account TEXT COLLATE "C" NOT NULL,
    code TEXT NOT NULL,
    valid_from DATE NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_gl_mapping PRIMARY KEY (organisation, id),
    CONSTRAINT fk_gl_mapping_organisation_entity FOREIGN KEY(organisation, entity) REFERENCES legal_entity (organisation, id),
    CONSTRAINT fk_gl_mapping_organisation_department FOREIGN KEY(organisation, department) REFERENCES department (organisation, id),
    CONSTRAINT ck_gl_mapping_version CHECK (version >= 1),
    CONSTRAINT ck_gl_mapping_valid_from_bounds CHECK (valid_from BETWEEN '0001-01-01' AND '9999-12-31'),
    CONSTRAINT ck_gl_mapping_deleted_at_bounds CHECK (deleted_at BETWEEN '0001-01-02 00:00+00' AND '9999-12-30 00:00+00')
);

CREATE INDEX ix_gl_mapping_organisation_account_valid_from_id ON gl_mapping (organisation, account, valid_from, id);

CREATE TABLE posting (
    organisation UUID NOT NULL,
    entry BIGINT NOT NULL,
    line BIGINT NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    customer UUID,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    due_on DATE,
    CONSTRAINT pk_posting PRIMARY KEY (organisation, entry, line),
    CONSTRAINT fk_posting_organisation_entry FOREIGN KEY(organisation, entry) REFERENCES ledger_entry (organisation, seq),
    CONSTRAINT fk_posting_organisation_customer FOREIGN KEY(organisation, customer) REFERENCES customer (organisation, id),
    CONSTRAINT ck_posting_amount CHECK (amount <> 0),
    CONSTRAINT ck_posting_due_on CHECK ((account = 'receivable') = (due_on IS NOT NULL)),
    CONSTRAINT ck_posting_due_on_bounds CHECK (due_on BETWEEN '0001-01-01' AND '9999-12-31')
);

CREATE INDEX ix_posting_organisation_account_currency ON posting (organisation, account, currency);

CREATE INDEX ix_posting_organisation_customer ON posting (organisation, customer);
