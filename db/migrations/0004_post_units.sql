-- The only writer of money. One call posts a batch of units of work: it locks, decides each unit in order on the locked
-- balances, and writes everything with a constant number of statements. ledger/batch.ts builds the arguments:
--   accounts, records, counters, holds   what the batch touches, each list ascending and without repeats
--   u_…   a place a unit of work; u_last is the place of its last step, its first one follows the unit before
--   s_…   a place a step; a, b, h are places (from 1) in the lists: a and b accounts (of a `record` step: a is the record),
--         h a hold or a counter. A `record` step has the version that was read in `amount`
--   w_…   a place a write of a process when its unit is posted: of which unit, a new row or a next state
--   e_…   a place an event: of which write, and what it says; w_order and e_data are jsonb arrays
-- Answers [{unit, status, code, data, replayed}] of the units that were not simply posted now, or null when all were:
--   refused (stored, for ever) · stale (a record moved on since it was read: nothing stored, build the unit again)
--   reused (the key has other content) · and `replayed: true` with posted or refused when the answer was stored before.
--
-- Columns travel as typed arrays, which are parsed before anything is locked, and statements read them by subscript: that
-- takes half as long as jsonb_to_recordset or unnest, which store each row on the way. What can be looked up before the
-- accounts are locked is: a hot account is locked by one batch at a time, the next one gets this far beside it.
-- Plans are made once and for large tables: a plan made while a table was small would read all of it for ever.
create function post_units(
  accounts bigint[], records text[], counters text[], holds text[],
  u_key text[], u_fingerprint text[], u_reason text[], u_effective_at timestamptz[], u_last integer[],
  s_op text[], s_a integer[], s_b integer[], s_h integer[], s_amount bigint[], s_max bigint[],
  s_code text[], s_data text[], s_expires_at timestamptz[],
  w_unit integer[], w_new boolean[], w_id text[], w_kind text[], w_state text[], w_open boolean[],
  w_version integer[], w_order jsonb,
  e_write integer[], e_version integer[], e_type text[], e_from text[], e_to text[], e_customer text[], e_merchant text[],
  e_actor text[], e_data jsonb
) returns jsonb
  language plpgsql security definer
  set search_path = public, pg_temp set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_mergejoin = off
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
  -- A key that another batch takes after this look fails when it is inserted, and the batch is tried again.
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
      -- Whoever comes next in this batch with the same record has read an older version of it.
      for i in first .. u_last[u] loop
        exit when s_op[i] <> 'record';
        r_version[s_a[i]] := -1;
      end loop;
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
      else
        u_id[u] := unit_id; u_status[u] := 'refused'; u_refusal[u] := refusal; u_detail[u] := detail;
      end if;
    end if;
  end loop;

  -- 4. Write. The keys first and in their order: a key that another batch has just taken fails here, and the batch is
  --    tried again.
  insert into unit (key, id, fingerprint, refusal, data, reason, posted_at)
    select u_key[g], u_id[g], u_fingerprint[g], u_refusal[g], u_detail[g], u_reason[g], real_now
      from generate_series(1, units) g where u_id[g] is not null order by u_key[g];

  if any_posting then
    insert into posting (id, op, code, debit_account, credit_account, amount, currency, hold_id, effective_at, posted_at)
      select s_id[g], s_op[g], s_code[g], accounts[s_a[g]], accounts[s_b[g]], s_amount[g], account_currency[s_a[g]],
          case when s_op[g] <> 'post' then holds[s_h[g]] end, coalesce(u_effective_at[s_unit[g]], now_in_business), real_now
        from generate_series(1, steps) g where s_id[g] is not null;
    insert into entry (account_id, version, posting_id, delta, balance_after, effective_at, posted_at)
      select accounts[case when debit then s_a[g] else s_b[g] end], case when debit then a_version[g] else b_version[g] end, s_id[g],
          case when is_c[case when debit then s_a[g] else s_b[g] end] = debit then -s_amount[g] else s_amount[g] end,
          case when debit then a_balance[g] else b_balance[g] end, coalesce(u_effective_at[s_unit[g]], now_in_business), real_now
        from generate_series(1, steps) g, (values (true), (false)) v (debit) where a_version[g] is not null;
    update ledger_account l
      set debits_posted = dp[g], credits_posted = cp[g], debits_pending = dpend[g], credits_pending = cpend[g],
        version = newest[g], last_posted_at = real_now
      from generate_series(1, cardinality(accounts)) g
      where l.id = accounts[g]
        and (l.debits_posted <> dp[g] or l.credits_posted <> cp[g] or l.debits_pending <> dpend[g] or l.credits_pending <> cpend[g]);
  end if;
  if any_hold then
    insert into hold (id, posting_id, debit_account, credit_account, currency, code, amount, expires_at, posted, released)
      select holds[s_h[g]], s_id[g], accounts[s_a[g]], accounts[s_b[g]], account_currency[s_a[g]], s_code[g], s_amount[g],
          h_expires[s_h[g]], h_posted[s_h[g]], h_released[s_h[g]]
        from generate_series(1, steps) g where s_id[g] is not null and s_op[g] = 'hold' order by holds[s_h[g]];
    update hold d set posted = h_posted[g], released = h_released[g]
      from generate_series(1, cardinality(holds)) g
      where d.id = holds[g] and (d.posted <> h_posted[g] or d.released <> h_released[g]);
  end if;
  if any_counter then
    update limit_counter c set used = counted[g] from generate_series(1, cardinality(counters)) g
      where c.id = counters[g] and c.used <> counted[g];
  end if;

  -- 5. The records' new states and the events, of the units that were posted now.
  if true = any (w_new) then
    insert into process (id, kind, state, open, version, "order", created_at, updated_at)
      select w_id[g], w_kind[g], w_state[g], w_open[g], w_version[g], w_order -> (g - 1), now_in_business, now_in_business
        from generate_series(1, cardinality(w_id)) g
        where w_new[g] and u_status[w_unit[g]] = 'posted' order by w_id[g];
  end if;
  if false = any (w_new) then
    update process p set state = w_state[g], open = w_open[g], version = w_version[g], updated_at = now_in_business
      from generate_series(1, cardinality(w_id)) g
      where p.id = w_id[g] and not w_new[g] and u_status[w_unit[g]] = 'posted';
  end if;
  if cardinality(e_write) > 0 then
    insert into event (type, object_id, unit_id, object_version, from_state, to_state, customer_id, merchant_id, actor, data, created_at)
      select e_type[g], w_id[e_write[g]], u_id[w_unit[e_write[g]]], e_version[g], e_from[g], e_to[g], e_customer[g], e_merchant[g], e_actor[g], e_data -> (g - 1), now_in_business
        from generate_series(1, cardinality(e_write)) g
        where u_status[w_unit[e_write[g]]] = 'posted';
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
