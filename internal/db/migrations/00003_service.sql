-- The service half: requests, visits, offers, quotes, reports of work, promises; technicians and their shifts.
-- +goose Up
CREATE TABLE technician (
  tenant BIGINT NOT NULL,
  technician_id {{bytes}} NOT NULL,
  code TEXT NOT NULL,             -- work number shown at the door, e.g. HM-1042
  name TEXT NOT NULL,             -- as on the work card
  phone_enc {{bytes}},            -- under the technician's own subject key
  partner TEXT NOT NULL,          -- service partner / branch
  vehicle TEXT NOT NULL,          -- ebike, van
  lng_e6 BIGINT NOT NULL,         -- home or depot, WGS-84
  lat_e6 BIGINT NOT NULL,
  photo_item {{bytes}},
  state TEXT NOT NULL,            -- active, paused, left
  certificates TEXT NOT NULL,     -- JSON [{code, valid_from, valid_to}]
  created_at BIGINT NOT NULL,
  visits_done BIGINT NOT NULL,    -- what a customer is shown on the card
  stars_sum BIGINT NOT NULL,
  stars_n BIGINT NOT NULL,
  PRIMARY KEY (tenant, technician_id),
  UNIQUE (tenant, code)
);
CREATE TABLE technician_skill (
  tenant BIGINT NOT NULL,
  technician_id {{bytes}} NOT NULL,
  kind TEXT NOT NULL,             -- repair, install, relocate, commission, clean, inspect
  product TEXT NOT NULL,          -- product family code
  level SMALLINT NOT NULL,        -- 1..5
  PRIMARY KEY (tenant, technician_id, kind, product)
);
CREATE TABLE technician_region (
  tenant BIGINT NOT NULL,
  region TEXT NOT NULL,           -- county-level code (or town in cities without districts)
  technician_id {{bytes}} NOT NULL,
  PRIMARY KEY (tenant, region, technician_id)
);
CREATE INDEX technician_region_by ON technician_region (tenant, technician_id);
CREATE TABLE technician_shift (
  tenant BIGINT NOT NULL,
  technician_id {{bytes}} NOT NULL,
  weekday SMALLINT NOT NULL,      -- 0 Sunday .. 6
  from_min SMALLINT NOT NULL,     -- minutes after local midnight; several spans a day allowed
  to_min SMALLINT NOT NULL,
  PRIMARY KEY (tenant, technician_id, weekday, from_min)
);
CREATE TABLE technician_absence (
  tenant BIGINT NOT NULL,
  technician_id {{bytes}} NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (tenant, technician_id, from_at)
);

CREATE TABLE request (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  request_id {{bytes}} NOT NULL,
  kind TEXT NOT NULL,             -- repair, install, relocate, commission, clean, inspect
  state TEXT NOT NULL,
  urgency TEXT NOT NULL,          -- emergency, express, booked, flexible
  product TEXT NOT NULL,
  fault TEXT NOT NULL,            -- fault code of the catalogue; may be "other"
  fault_enc {{bytes}},            -- what the customer wrote
  address_enc {{bytes}},          -- the line as typed
  detail_enc {{bytes}},           -- what remains after the division
  region TEXT NOT NULL,           -- code, or '' while undecided
  region_path TEXT NOT NULL,      -- canonical path at that time
  region_version TEXT NOT NULL,
  region_asof TEXT NOT NULL,      -- yyyy-mm-dd
  region_outcome TEXT NOT NULL,   -- one, set, none, confirmed (by the customer), corrected (by the desk)
  lng_e6 BIGINT NOT NULL,
  lat_e6 BIGINT NOT NULL,
  geo_precision TEXT NOT NULL,    -- where the point comes from and how good it is
  wished_from BIGINT,
  wished_to BIGINT,
  covered SMALLINT NOT NULL,
  reopened SMALLINT NOT NULL,
  warranty SMALLINT NOT NULL,     -- reopened while the earlier repair was under warranty
  not_before BIGINT,              -- the next visit makes no sense earlier (a part was ordered)
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  assigned_at BIGINT,             -- first time each
  arrived_at BIGINT,
  done_at BIGINT,
  closed_at BIGINT,
  queue SMALLINT NOT NULL,        -- 1 while the desk has to care
  next_due BIGINT NOT NULL,       -- nearest running clock; a far future when there is none
  PRIMARY KEY (tenant, case_id, request_id),
  FOREIGN KEY (tenant, case_id) REFERENCES case_file (tenant, case_id)
);
CREATE INDEX request_state ON request (tenant, state, created_at);
CREATE INDEX request_region ON request (tenant, region, created_at);
CREATE INDEX request_queue ON request (tenant, queue, next_due, request_id);
CREATE INDEX request_created ON request (tenant, created_at);

CREATE TABLE visit (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  visit_id {{bytes}} NOT NULL,
  request_id {{bytes}} NOT NULL,
  number SMALLINT NOT NULL,       -- 1, 2, ... within the request
  state TEXT NOT NULL,
  technician_id {{bytes}},        -- once accepted or pinned
  pinned SMALLINT NOT NULL,
  circle SMALLINT NOT NULL,       -- how far the search has widened: 0 best, 1 wider, 2 broadcast, 3 dispatcher
  planned_from BIGINT,
  planned_to BIGINT,
  door_code_enc {{bytes}},        -- 6 digits, under the subject's key
  door_failures SMALLINT NOT NULL,
  en_route_at BIGINT,
  arrived_at BIGINT,
  arrived_how TEXT NOT NULL,      -- door_code, customer_page, ''
  finished_at BIGINT,
  signed_at BIGINT,
  signature TEXT NOT NULL,        -- '', signed, refused, none (nobody answered)
  signature_reason TEXT NOT NULL,
  signature_item {{bytes}},
  end_reason TEXT NOT NULL,       -- of needs_follow_up, no_access, aborted
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, visit_id),
  FOREIGN KEY (tenant, case_id, request_id) REFERENCES request (tenant, case_id, request_id)
);
CREATE INDEX visit_technician ON visit (tenant, technician_id, state, planned_from);
CREATE INDEX visit_state ON visit (tenant, state, updated_at);

CREATE TABLE offer (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  offer_id {{bytes}} NOT NULL,
  visit_id {{bytes}} NOT NULL,
  technician_id {{bytes}} NOT NULL,
  state TEXT NOT NULL,            -- created, sent, seen, accepted, declined, expired, withdrawn
  round SMALLINT NOT NULL,
  rank SMALLINT NOT NULL,
  reasons TEXT NOT NULL,          -- JSON [{code, params}]
  arrive_at BIGINT NOT NULL,      -- estimated arrival if accepted now
  travel_s BIGINT NOT NULL,
  distance_m BIGINT NOT NULL,
  pay_fen BIGINT NOT NULL,
  decline_reason TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT,
  expires_at BIGINT NOT NULL,
  answered_at BIGINT,
  PRIMARY KEY (tenant, case_id, offer_id),
  FOREIGN KEY (tenant, case_id, visit_id) REFERENCES visit (tenant, case_id, visit_id)
);
-- Two technicians can never both hold one visit, whatever the code does.
CREATE UNIQUE INDEX offer_one_accepted ON offer (tenant, case_id, visit_id) WHERE state = 'accepted';
CREATE INDEX offer_technician ON offer (tenant, technician_id, state, expires_at);
CREATE INDEX offer_answered ON offer (tenant, state, answered_at);

CREATE TABLE promise (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  promise_id {{bytes}} NOT NULL,
  request_id {{bytes}} NOT NULL,
  visit_id {{bytes}},
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  probability_pm BIGINT NOT NULL, -- per mille
  state TEXT NOT NULL,            -- quoted, confirmed, at_risk, kept, broken, replaced
  cause TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  judged_at BIGINT,
  PRIMARY KEY (tenant, case_id, promise_id)
);
CREATE INDEX promise_judged ON promise (tenant, state, judged_at);

CREATE TABLE quote (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  quote_id {{bytes}} NOT NULL,
  visit_id {{bytes}} NOT NULL,
  version SMALLINT NOT NULL,
  price_list TEXT NOT NULL,       -- version of the published list
  state TEXT NOT NULL,            -- open, answered, withdrawn
  created_at BIGINT NOT NULL,
  answered_at BIGINT,
  PRIMARY KEY (tenant, case_id, quote_id),
  UNIQUE (tenant, case_id, visit_id, version)
);
CREATE TABLE quote_line (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  quote_id {{bytes}} NOT NULL,
  line SMALLINT NOT NULL,
  item TEXT NOT NULL,             -- price list code
  quantity BIGINT NOT NULL,
  unit_fen BIGINT NOT NULL,       -- what the customer pays
  list_fen BIGINT NOT NULL,       -- what the published list says
  warranty SMALLINT NOT NULL,     -- the earlier repair's warranty pays
  why_enc {{bytes}},              -- under the subject's key: people write more than they should
  answer TEXT NOT NULL,           -- open, approved, refused, free
  PRIMARY KEY (tenant, case_id, quote_id, line)
);

CREATE TABLE visit_report (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  visit_id {{bytes}} NOT NULL,
  outcome TEXT NOT NULL,          -- finished, needs_follow_up, no_access, aborted
  fault TEXT NOT NULL,
  cause TEXT NOT NULL,
  work_enc {{bytes}},
  checklist TEXT NOT NULL,        -- JSON {item code: done|na|not_done}
  warranty_days BIGINT NOT NULL,
  warranty_until BIGINT,
  document TEXT NOT NULL,         -- document code for /verify
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, visit_id)
);
CREATE TABLE work_done (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  visit_id {{bytes}} NOT NULL,
  line SMALLINT NOT NULL,
  item TEXT NOT NULL,             -- price list code of an approved or free line
  quantity BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, visit_id, line)
);
CREATE TABLE part_fitted (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  visit_id {{bytes}} NOT NULL,
  line SMALLINT NOT NULL,
  part TEXT NOT NULL,
  serial TEXT NOT NULL,
  serial_key {{bytes}} NOT NULL,  -- keyed hash of part + serial, for the clone alarm
  quantity BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, visit_id, line)
);
CREATE INDEX part_serial ON part_fitted (tenant, serial_key);
CREATE TABLE product_checked (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  visit_id {{bytes}} NOT NULL,
  line SMALLINT NOT NULL,
  product TEXT NOT NULL,
  condition TEXT NOT NULL,        -- good, watch, unsafe
  advice TEXT NOT NULL,           -- code, or '' when it is in words
  advice_enc {{bytes}},
  wants_quote SMALLINT NOT NULL,
  PRIMARY KEY (tenant, case_id, visit_id, line)
);
CREATE TABLE rating (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  visit_id {{bytes}} NOT NULL,
  stars SMALLINT NOT NULL,
  tags TEXT NOT NULL,
  words_enc {{bytes}},
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, visit_id)
);
CREATE INDEX rating_created ON rating (tenant, created_at);
-- Papers that carry a code: receipt, quote, service report. Answered by /verify without personal data.
CREATE TABLE document (
  tenant BIGINT NOT NULL,
  code TEXT NOT NULL,
  case_id {{bytes}} NOT NULL,
  kind TEXT NOT NULL,
  ref_id {{bytes}},
  issued_at BIGINT NOT NULL,
  revoked_at BIGINT,
  PRIMARY KEY (tenant, code)
);
CREATE TABLE desk_note (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  note_id {{bytes}} NOT NULL,
  account_id {{bytes}},
  kind TEXT NOT NULL,             -- note, or the move whose words these are: cancel, reopen, ...
  words_enc {{bytes}},
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, case_id, note_id)
);
-- What a dispatcher has to look at. open_key is the kind while it is open, so that one kind is open once per case.
CREATE TABLE problem (
  tenant BIGINT NOT NULL,
  case_id {{bytes}} NOT NULL,
  problem_id {{bytes}} NOT NULL,
  request_id {{bytes}},
  kind TEXT NOT NULL,
  open_key TEXT,
  rank BIGINT NOT NULL,           -- order of the queue: urgency first, then since
  args TEXT NOT NULL,             -- JSON, codes and numbers only
  since BIGINT NOT NULL,
  resolved_at BIGINT,
  PRIMARY KEY (tenant, case_id, problem_id),
  UNIQUE (tenant, case_id, open_key)
);
CREATE INDEX problem_open ON problem (tenant, resolved_at, rank, problem_id);
