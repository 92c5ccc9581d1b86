-- What must hold for every trace we write. Each statement gives the rows that break a rule: none, or the trace is
-- bad. The comment line above a statement is its name in the output.

-- the importer reports no errors and no lost data
select name, severity, value from stats where severity in ('error', 'data_loss') and value > 0;

-- there are spans at all
select 'no slices' as problem where not exists (select 1 from slice);

-- every span has ended
select id, name, ts from slice where dur < 0;

-- a span lies inside the one it is drawn in
select c.id, c.name, p.name as parent from slice c join slice p on c.parent_id = p.id
where c.ts < p.ts or c.ts + c.dur > p.ts + p.dur or c.depth != p.depth + 1 or c.track_id != p.track_id;

-- spans of one depth of one track do not overlap
select id, name, ts from (
  select id, name, ts, max(ts + dur) over (
    partition by track_id, depth order by ts, id rows between unbounded preceding and 1 preceding
  ) as before from slice
) where ts < before;

-- what is drawn inside a span is its child or its event
with named as (
  select id, name, parent_id, category,
    ifnull(extract_arg(arg_set_id, 'debug.span.span_id'), extract_arg(arg_set_id, 'args.span.span_id')) as span_id,
    ifnull(extract_arg(arg_set_id, 'debug.span.parent_span_id'), extract_arg(arg_set_id, 'args.span.parent_span_id')) as parent_span_id
  from slice
)
select c.id, c.name, p.name as parent from named c join named p on c.parent_id = p.id
where iif(c.category = 'event', c.span_id, c.parent_span_id) is not p.span_id;

-- each arrow has both ends and points forward
select f.id, f.slice_out, f.slice_in from flow f
left join slice o on o.id = f.slice_out left join slice i on i.id = f.slice_in
where o.id is null or i.id is null or o.ts > i.ts or o.id = i.id;

-- every span says which one it is, and is drawn once
with named as (
  select
    ifnull(extract_arg(arg_set_id, 'debug.span.trace_id'), extract_arg(arg_set_id, 'args.span.trace_id')) as trace_id,
    ifnull(extract_arg(arg_set_id, 'debug.span.span_id'), extract_arg(arg_set_id, 'args.span.span_id')) as span_id
  from slice where category != 'event'
)
select trace_id, span_id, count(*) as times from named group by 1, 2 having span_id is null or times > 1;

-- processes and threads have names
select p.pid, t.tid from slice s
join thread_track k on k.id = s.track_id join thread t using (utid) left join process p using (upid)
where p.name is null or t.name is null group by 1, 2;
