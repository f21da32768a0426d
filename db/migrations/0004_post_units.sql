-- The only writer of money. One call posts a batch of units of work: it locks, decides each unit in order on the locked
-- balances, and writes everything with a constant number of statements. ledger/batch.ts builds the arguments:
--   accounts, records, counters, holds   what the batch touches, each list ascending and without repeats
--   u_…   a place a unit of work; u_last is the place of its last step, its first one follows the unit before
--   s_…   a place a step; a, b, h are places (from 1) in the lists: a and b accounts (of a `record` step: a is the record),
--         h a hold or a counter. A `record` step has the version that was read in `amount`, and in `max` when the record
--         is written: 1 posted, 0 refused, null either way
--   created, changed   [{u, when, id, kind, state, open, version, order}]   rows of `process`: new ones, and next states
--   events             [{u, when, object_id, object_version, type, from_state, to_state, customer_id, merchant_id, actor, data}]
-- Answers [{unit, status, code, data, replayed}] of the units that were not simply posted now, or null when all were:
--   refused (stored, for ever) · stale (a record moved on since it was read: nothing stored, build the unit again)
--   reused (the key has other content) · and `replayed: true` with posted or refused when the answer was stored before.
--
-- Whole columns travel as typed arrays: a third less work than one jsonb of rows, of which every field is looked up by
-- name. Plans are made once and for large tables: a plan made while a table was small would read all of it for ever.
create function post_units(
  accounts bigint[], records text[], counters text[], holds text[],
  u_key text[], u_fingerprint text[], u_reason text[], u_effective_at timestamptz[], u_last integer[],
  s_op text[], s_a integer[], s_b integer[], s_h integer[], s_amount bigint[], s_max bigint[],
  s_code text[], s_data text[], s_expires_at timestamptz[],
  created jsonb, changed jsonb, events jsonb
) returns jsonb
  language plpgsql security definer
  set search_path = public, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off
  as $$
#variable_conflict use_variable
declare
  max_bigint constant bigint := 9223372036854775807;
  units constant integer := cardinality(u_key);
  steps constant integer := cardinality(s_op);
  -- The accounts under lock, by place: running debits and credits, posted and pending, and the newest entry's version.
  account_currency text[]; is_c boolean[]; floored boolean[];
  dp bigint[]; cp bigint[]; dpend bigint[]; cpend bigint[]; newest bigint[];
  counted bigint[];
  r_version integer[];
  h_left bigint[]; h_posted bigint[]; h_released bigint[]; h_debit bigint[]; h_credit bigint[]; h_expires timestamptz[]; h_code text[];
  -- What was decided: by unit, and by step (its posting's id, and what its two entries will say).
  u_id bigint[] := array_fill(null::bigint, array[units]);
  u_status text[] := array_fill('posted'::text, array[units]);
  u_refusal text[] := array_fill(null::text, array[units]);
  u_detail jsonb[] := array_fill(null::jsonb, array[units]);
  s_unit integer[] := array_fill(null::integer, array[steps]);
  s_id bigint[] := array_fill(null::bigint, array[steps]);
  a_version bigint[] := array_fill(null::bigint, array[steps]);
  b_version bigint[] := array_fill(null::bigint, array[steps]);
  a_balance bigint[] := array_fill(null::bigint, array[steps]);
  b_balance bigint[] := array_fill(null::bigint, array[steps]);
  real_now timestamptz; now_in_business timestamptz; books_at timestamptz;
  u integer; i integer; pa integer; pb integer; ph integer; x bigint; first integer; undo_from integer; unit_id bigint;
  op text; refusal text; detail jsonb; known record;
  answer jsonb; plain boolean := true; any_posting boolean := false; any_hold boolean := false; any_counter boolean := false;
begin
  -- 1. Lock, always in this order: records, counters, accounts, each by ascending id, so that no two batches wait for
  --    each other. A locking SELECT answers the row as it is once the lock is held. Holds need no lock of their own:
  --    whoever touches one has locked both its accounts.
  if cardinality(records) > 0 then
    with locked as materialized (select p.id, p.version from process p where p.id = any (records) order by p.id for no key update)
      select array_agg(coalesce(l.version, 0) order by t.o) into r_version
        from unnest(records) with ordinality t (id, o) left join locked l on l.id = t.id;
  end if;
  if cardinality(counters) > 0 then
    insert into limit_counter (id, used) select c.id, 0 from unnest(counters) c (id) order by c.id on conflict do nothing;
    with locked as materialized (select c.id, c.used from limit_counter c where c.id = any (counters) order by c.id for no key update)
      select array_agg(l.used order by t.o) into counted
        from unnest(counters) with ordinality t (id, o) join locked l on l.id = t.id;
  end if;
  if cardinality(accounts) > 0 then
    select array_agg(l.currency order by l.id), array_agg(l.side = 'C' order by l.id), array_agg(l.floor order by l.id),
      array_agg(l.debits_posted order by l.id), array_agg(l.credits_posted order by l.id),
      array_agg(l.debits_pending order by l.id), array_agg(l.credits_pending order by l.id),
      array_agg(l.version order by l.id), max(l.last_posted_at)
      into account_currency, is_c, floored, dp, cp, dpend, cpend, newest, books_at
      from (select * from ledger_account where id = any (accounts) order by id for no key update) l;
    if cardinality(dp) is distinct from cardinality(accounts) then
      raise exception 'a ledger account of the batch is not there' using errcode = 'foreign_key_violation';
    end if;
  end if;

  -- 2. The clocks, and what the locks protect: new statements, which see what was committed while we waited. The books'
  --    time never runs backwards on an account, even if the machine's clock does.
  select greatest(clock_timestamp(), books_at), clock_timestamp() + c.offset_ms * interval '1 millisecond'
    into real_now, now_in_business from business_clock c;
  if cardinality(holds) > 0 then
    select array_agg(d.amount - d.posted - d.released order by t.o), array_agg(coalesce(d.posted, 0) order by t.o),
      array_agg(coalesce(d.released, 0) order by t.o), array_agg(d.debit_account order by t.o),
      array_agg(d.credit_account order by t.o), array_agg(d.expires_at order by t.o), array_agg(d.code order by t.o)
      into h_left, h_posted, h_released, h_debit, h_credit, h_expires, h_code
      from unnest(holds) with ordinality t (id, o) left join hold d on d.id = t.id;
  end if;
  for known in
    select t.o, k.fingerprint, k.refusal, k.data from unnest(u_key) with ordinality t (key, o) join unit k on k.key = t.key
  loop
    plain := false;
    if known.fingerprint <> u_fingerprint[known.o] then
      u_status[known.o] := 'reused';
    else
      u_status[known.o] := 'replayed';
      u_refusal[known.o] := known.refusal; u_detail[known.o] := known.data;
    end if;
  end loop;

  -- 3. Decide each unit in order, on running balances; the first step that cannot be done refuses the whole unit.
  for u in 1 .. units loop
    continue when u_status[u] <> 'posted';
    first := case when u = 1 then 1 else u_last[u - 1] + 1 end;
    unit_id := nextval('unit_id_seq');
    refusal := null; detail := null; undo_from := first - 1;
    for i in first .. u_last[u] loop
      op := s_op[i]; pa := s_a[i]; pb := s_b[i]; x := s_amount[i];
      if pb is not null then
        if account_currency[pa] <> account_currency[pb] then
          raise exception 'a posting has one currency on both sides' using errcode = 'check_violation';
        end if;
        s_id[i] := unit_id * 4096 + (i - first); s_unit[i] := u; any_posting := true;
      end if;
      case op
        when 'post' then
          if dp[pa] > max_bigint - x - dpend[pa] or cp[pb] > max_bigint - x - cpend[pb] then
            refusal := 'amount_out_of_range';
          else
            dp[pa] := dp[pa] + x; cp[pb] := cp[pb] + x;
            undo_from := i;
          end if;
        when 'record' then
          if r_version[pa] <> x then refusal := 'stale'; end if;
        when 'counter' then
          ph := s_h[i]; any_counter := true;
          if x > 0 and counted[ph] > max_bigint - x then
            refusal := 'amount_out_of_range';
          else
            counted[ph] := counted[ph] + x;
            undo_from := i;
            if counted[ph] < 0 then
              raise exception 'counter % would fall below zero', counters[ph] using errcode = 'check_violation';
            end if;
            if counted[ph] > s_max[i] then refusal := s_code[i]; detail := s_data[i]::jsonb; end if;
          end if;
        when 'max_balance' then
          ph := s_h[i];
          if (case when is_c[pa] then cp[pa] - dp[pa] else dp[pa] - cp[pa] end)::numeric + coalesce(counted[ph], 0) + x > s_max[i] then
            refusal := s_code[i]; detail := s_data[i]::jsonb;
          end if;
        when 'refuse' then
          refusal := s_code[i]; detail := s_data[i]::jsonb;
        when 'hold' then
          ph := s_h[i]; any_hold := true;
          if h_left[ph] is not null then
            raise exception 'hold % is there already', holds[ph] using errcode = 'unique_violation', constraint = 'hold_id_taken';
          end if;
          if dp[pa] > max_bigint - x - dpend[pa] or cp[pb] > max_bigint - x - cpend[pb] then
            refusal := 'amount_out_of_range';
          else
            dpend[pa] := dpend[pa] + x; cpend[pb] := cpend[pb] + x;
            h_left[ph] := x; h_debit[ph] := accounts[pa]; h_credit[ph] := accounts[pb];
            h_expires[ph] := s_expires_at[i]; h_code[ph] := s_code[i];
            undo_from := i;
          end if;
        when 'post_hold', 'void_hold', 'expire_hold' then
          ph := s_h[i]; any_hold := true;
          if h_left[ph] is null or h_debit[ph] <> accounts[pa] or h_credit[ph] <> accounts[pb] then refusal := 'hold_not_found';
          elsif h_left[ph] = 0 then refusal := 'state_conflict'; detail := '{"hold": "resolved"}';
          elsif op = 'post_hold' and h_expires[ph] <= now_in_business then refusal := 'hold_expired';
          elsif op = 'expire_hold' and (h_expires[ph] is null or h_expires[ph] > now_in_business) then
            refusal := 'state_conflict'; detail := '{"hold": "not_expired"}';
          elsif op = 'post_hold' and x > h_left[ph] then
            refusal := 'amount_exceeds_hold'; detail := jsonb_build_object('remaining', h_left[ph]::text);
          else
            if op <> 'post_hold' or x is null then x := h_left[ph]; s_amount[i] := x; end if;
            if s_code[i] is null then s_code[i] := h_code[ph]; end if;
            dpend[pa] := dpend[pa] - x; cpend[pb] := cpend[pb] - x; h_left[ph] := h_left[ph] - x;
            if op = 'post_hold' then
              dp[pa] := dp[pa] + x; cp[pb] := cp[pb] + x; h_posted[ph] := h_posted[ph] + x;
            else
              h_released[ph] := h_released[ph] + x;
            end if;
            undo_from := i;
          end if;
      end case;
      -- Floors are tested after every posting, on what is available: posted minus what is pending against it.
      if refusal is null and op in ('post', 'hold') then
        if floored[pa] and is_c[pa] and cp[pa] - dp[pa] < dpend[pa] then refusal := 'insufficient_funds';
        elsif floored[pb] and not is_c[pb] and dp[pb] - cp[pb] < cpend[pb] then refusal := 'insufficient_funds';
        end if;
      end if;
      exit when refusal is not null;
      if op = 'post' or op = 'post_hold' then
        newest[pa] := newest[pa] + 1; a_version[i] := newest[pa];
        a_balance[i] := case when is_c[pa] then cp[pa] - dp[pa] else dp[pa] - cp[pa] end;
        newest[pb] := newest[pb] + 1; b_version[i] := newest[pb];
        b_balance[i] := case when is_c[pb] then cp[pb] - dp[pb] else dp[pb] - cp[pb] end;
      end if;
    end loop;

    if refusal is null then
      u_id[u] := unit_id;
    else
      -- Take back what the unit's earlier steps did to the running balances.
      for i in reverse undo_from .. first loop
        op := s_op[i]; pa := s_a[i]; pb := s_b[i]; ph := s_h[i]; x := s_amount[i];
        case op
          when 'post' then dp[pa] := dp[pa] - x; cp[pb] := cp[pb] - x;
          when 'counter' then counted[ph] := counted[ph] - x;
          when 'hold' then dpend[pa] := dpend[pa] - x; cpend[pb] := cpend[pb] - x; h_left[ph] := null;
          when 'post_hold', 'void_hold', 'expire_hold' then
            dpend[pa] := dpend[pa] + x; cpend[pb] := cpend[pb] + x; h_left[ph] := h_left[ph] + x;
            if op = 'post_hold' then
              dp[pa] := dp[pa] - x; cp[pb] := cp[pb] - x; h_posted[ph] := h_posted[ph] - x;
            else
              h_released[ph] := h_released[ph] - x;
            end if;
          else null; -- record, refuse and max_balance change nothing
        end case;
        if a_version[i] is not null then newest[pa] := newest[pa] - 1; newest[pb] := newest[pb] - 1; end if;
      end loop;
      for i in first .. u_last[u] loop s_id[i] := null; a_version[i] := null; end loop;
      plain := false;
      if refusal = 'stale' then
        u_status[u] := 'stale';
        continue;
      end if;
      u_id[u] := unit_id; u_status[u] := 'refused'; u_refusal[u] := refusal; u_detail[u] := detail;
    end if;
    -- Whoever comes next in this batch with the same record has read an older version of it.
    for i in first .. u_last[u] loop
      exit when s_op[i] <> 'record';
      if s_max[i] is null or (s_max[i] = 1) = (refusal is null) then r_version[s_a[i]] := -1; end if;
    end loop;
  end loop;

  -- 4. Write. The keys first and in their order: a key that another batch has just taken fails here, and the batch is
  --    tried again.
  insert into unit (key, id, fingerprint, refusal, data, reason, posted_at)
    select t.key, t.id, t.fingerprint, t.refusal, t.detail, t.reason, real_now
      from unnest(u_key, u_id, u_fingerprint, u_refusal, u_detail, u_reason) t (key, id, fingerprint, refusal, detail, reason)
      where t.id is not null order by t.key;

  if any_posting then
    insert into posting (id, op, code, debit_account, credit_account, amount, currency, hold_id, effective_at, posted_at)
      select t.id, t.op, t.code, accounts[t.a], accounts[t.b], t.amount, account_currency[t.a], case when t.op <> 'post' then holds[t.h] end,
          coalesce(u_effective_at[t.unit], now_in_business), real_now
        from unnest(s_id, s_op, s_code, s_a, s_b, s_h, s_amount, s_unit) t (id, op, code, a, b, h, amount, unit)
        where t.id is not null;
    insert into entry (account_id, version, posting_id, delta, balance_after, effective_at, posted_at)
      select accounts[e.place], e.version, t.id, e.delta, e.balance, coalesce(u_effective_at[t.unit], now_in_business), real_now
        from unnest(s_id, s_a, s_b, s_amount, s_unit, a_version, b_version, a_balance, b_balance)
            t (id, a, b, amount, unit, av, bv, a_balance, b_balance),
          lateral (values
            (t.a, t.av, case when is_c[t.a] then -t.amount else t.amount end, t.a_balance),
            (t.b, t.bv, case when is_c[t.b] then t.amount else -t.amount end, t.b_balance)) e (place, version, delta, balance)
        where t.av is not null;
    update ledger_account l
      set debits_posted = t.dp, credits_posted = t.cp, debits_pending = t.dpend, credits_pending = t.cpend,
        version = t.version, last_posted_at = real_now
      from unnest(accounts, dp, cp, dpend, cpend, newest) t (id, dp, cp, dpend, cpend, version)
      where l.id = t.id and (l.debits_posted <> t.dp or l.credits_posted <> t.cp or l.debits_pending <> t.dpend or l.credits_pending <> t.cpend);
  end if;
  if any_hold then
    insert into hold (id, posting_id, debit_account, credit_account, currency, code, amount, expires_at, posted, released)
      select holds[t.h], t.id, accounts[t.a], accounts[t.b], account_currency[t.a], t.code, t.amount, h_expires[t.h], h_posted[t.h], h_released[t.h]
        from unnest(s_id, s_op, s_code, s_a, s_b, s_h, s_amount) t (id, op, code, a, b, h, amount)
        where t.id is not null and t.op = 'hold';
    update hold d set posted = t.posted, released = t.released
      from unnest(holds, h_posted, h_released) t (id, posted, released)
      where d.id = t.id and (d.posted <> t.posted or d.released <> t.released);
  end if;
  if any_counter then
    update limit_counter c set used = t.used from unnest(counters, counted) t (id, used) where c.id = t.id and c.used <> t.used;
  end if;

  -- 5. The records' new states and the events, of the units that were decided now.
  if created is not null then
    insert into process (id, kind, state, open, version, "order", created_at, updated_at)
      select w.id, w.kind, w.state, w.open, w.version, w."order", now_in_business, now_in_business
        from jsonb_to_recordset(created) as w (u integer, "when" text, id text, kind text, version integer, state text, open boolean, "order" jsonb)
        where u_id[w.u] is not null and w."when" = u_status[w.u] order by w.id;
  end if;
  if changed is not null then
    update process p set state = w.state, open = w.open, version = w.version, updated_at = now_in_business
      from jsonb_to_recordset(changed) as w (u integer, "when" text, id text, version integer, state text, open boolean)
      where p.id = w.id and u_id[w.u] is not null and w."when" = u_status[w.u];
  end if;
  if events is not null then
    insert into event (type, object_id, object_version, from_state, to_state, customer_id, merchant_id, actor, data, created_at)
      select e.type, e.object_id, e.object_version, e.from_state, e.to_state, e.customer_id, e.merchant_id, e.actor, e.data, now_in_business
        from jsonb_to_recordset(events) as e (u integer, "when" text, type text, object_id text, object_version integer, from_state text, to_state text, customer_id text, merchant_id text, actor text, data jsonb)
        where u_id[e.u] is not null and e."when" = u_status[e.u];
  end if;

  if plain then return null; end if;
  select jsonb_agg(jsonb_build_object(
      'unit', t.o,
      'status', case when t.status = 'replayed' then case when t.refusal is null then 'posted' else 'refused' end else t.status end,
      'code', t.refusal, 'data', t.detail, 'replayed', t.status = 'replayed') order by t.o)
    into answer
    from unnest(u_status, u_refusal, u_detail) with ordinality t (status, refusal, detail, o) where t.status <> 'posted';
  return answer;
end $$;
