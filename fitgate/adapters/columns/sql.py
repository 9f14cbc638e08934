"""The questions in SQL. All text is ours: whatever varies is a parameter."""
# ruff: noqa: S608 - as the line above says

from __future__ import annotations

CHOSEN = """
WITH chosen AS (
    SELECT *, (NOT $io_only OR coalesce(is_io, false)) AS governed FROM landings
    WHERE stage = $stage
      AND (stage <> 'deployment' OR len($environments::VARCHAR[]) = 0
           OR coalesce(list_contains($environments::VARCHAR[], environment), false))
      AND ($environment IS NULL OR environment IS NULL OR environment = $environment)
)
"""
FOUND = (
    CHOSEN
    + """, found AS (
    SELECT s.cell, s.start, s.until, s.seen_from, c.*,
        CASE WHEN closed <= s.seen_from THEN closed - landed END AS lag,
        CASE WHEN awaited AND (closed IS NULL OR closed > s.seen_from)
             THEN s.seen_from - landed END AS age
    FROM chosen c JOIN slots s ON s.slot = (c.landed - $monday) // $week
    WHERE c.landed > s.start AND c.landed <= s.until
      AND (s.category = 0 OR (s.category & c.categories) <> 0)
)
"""
)
COUNTS = (
    FOUND
    + """
SELECT cell, count(*) AS inside,
    count_if($io_only AND is_io IS NULL) AS untold,
    count_if(governed) AS governed,
    count_if(governed AND awaited) AS awaited,
    count(lag) FILTER (governed) AS closed,
    count_if(governed AND lag > $limit) AS over,
    count_if(governed AND lag < 0) AS negative,
    count_if(governed AND age > $limit) AS late,
    max(age) FILTER (governed) AS oldest,
    min(age) FILTER (governed) AS youngest,
    count(lag) AS closed_all,
    min(landed) FILTER (governed) AS first,
    max(landed) FILTER (governed) AS last,
    sum(lag) FILTER (governed) AS lags,
    sum(coalesce(lag, age)) FILTER (governed AND awaited) AS aged,
    stddev_samp(coalesce(lag, age)) FILTER (governed AND awaited) AS spread,
    sum(greatest(0, least(coalesce(closed, until), until) - landed))
        FILTER (governed AND awaited) AS clipped,
    count_if(governed AND judged) AS judged,
    count_if(governed AND events > 0) AS passed,
    count_if(governed AND judged AND events > 0) AS passed_judged,
    count_if(governed AND NOT judged AND events = 0) AS unaccused,
    sum(events) FILTER (governed) AS events,
    sum(events) FILTER (governed AND judged) AS events_judged,
    sum(unauthorised) FILTER (governed) AS unauthorised,
    sum(silent) FILTER (governed) AS silent,
    count_if(governed AND overridden) AS overridden,
    count_if(governed AND would_hold) AS would_hold,
    count_if(governed AND shadow) AS in_shadow,
    count_if(governed AND NOT shadow) AS enforced,
    count_if(layer = 'fast') AS fast,
    count_if(layer = 'medium') AS medium,
    count_if(layer = 'slow') AS slow,
    count_if(layer IS NULL) AS unlayered,
    count_if(governed AND allowed - seen IS NOT NULL AND allowed <= seen_from) AS waits,
    count_if(governed AND allowed - seen <= 0 AND allowed <= seen_from) AS at_once
FROM found GROUP BY cell
"""
)
POPULATIONS = {
    "lags": "SELECT cell, lag AS v FROM found WHERE governed AND lag IS NOT NULL",
    "all_lags": "SELECT cell, lag AS v FROM found WHERE lag IS NOT NULL",
    "waits": "SELECT cell, allowed - seen AS v FROM found WHERE governed AND allowed <= seen_from "
    "AND seen IS NOT NULL",
    "gaps": "SELECT cell, landed - lag(landed) OVER (PARTITION BY cell ORDER BY landed) AS v "
    "FROM found WHERE governed QUALIFY v IS NOT NULL",
}
PICKED = """
SELECT p.cell, p.ranks, list_select(s.vs, p.ranks) FROM picks p JOIN (
    SELECT cell, list(v ORDER BY v) AS vs FROM ({population}) SEMI JOIN picks USING (cell)
    GROUP BY cell
) s USING (cell)
"""
SURVIVAL = (
    FOUND
    + """, lasting AS (
    SELECT cell, coalesce(lag, age) AS t, lag IS NOT NULL AS ended FROM found
    WHERE governed AND awaited AND cell IN (SELECT unnest($cells::INTEGER[]))
), ranked AS (
    SELECT *, count(*) OVER (PARTITION BY cell)
        - row_number() OVER (PARTITION BY cell ORDER BY t, ended DESC) + 1 AS at_risk FROM lasting
), curve AS (
    SELECT cell, t, ended,
        sum(CASE WHEN NOT ended THEN 0 WHEN at_risk = 1 THEN -1e9
                 ELSE ln((at_risk - 1) / at_risk) END)
        OVER (PARTITION BY cell ORDER BY t, ended DESC ROWS UNBOUNDED PRECEDING) AS left_ln
    FROM ranked
)
SELECT cell, min(t) FROM curve WHERE ended AND left_ln <= ln(0.5 + 1e-9) GROUP BY cell
"""
)
CLOSINGS = (
    CHOSEN
    + """
SELECT s.cell, count(*) FROM chosen c JOIN slots s ON s.slot = (c.closed - $monday) // $week
WHERE c.governed AND c.closed > s.start AND c.closed <= s.until
  AND (s.category = 0 OR (s.category & c.categories) <> 0)
GROUP BY s.cell
"""
)
PASSED = (
    FOUND
    + "SELECT cell, landed, events FROM found WHERE governed AND events > 0 ORDER BY cell, landed"
)
OPEN = (
    CHOSEN
    + """
SELECT count_if(governed), count_if(governed AND awaited), count_if($io_only AND is_io IS NULL),
    count_if(still), max($until - landed) FILTER (still),
    count_if(still AND $until - landed > $limit),
    sum(greatest(0, least(coalesce(closed, $until), $until)
        - greatest(landed, coalesce($start, landed)))) FILTER (governed AND awaited)
FROM (SELECT *, governed AND awaited AND (closed IS NULL OR closed > $until) AS still FROM chosen)
WHERE landed <= $until AND ($category = 0 OR (categories & $category) <> 0)
"""
)
FIRST = (
    CHOSEN + "SELECT min(landed) FROM chosen WHERE $category = 0 OR (categories & $category) <> 0"
)
EVERY = "SELECT count(*) FROM landings WHERE landed > $start AND landed <= $until"
LAY_OUT = """
CREATE OR REPLACE TEMP TABLE slots AS
SELECT *, unnest(range((start - 13 * step - $monday) // $week, (until - $monday) // $week + 1))
    AS slot
FROM (SELECT unnest($cell::INTEGER[]) AS cell, unnest($start::BIGINT[]) AS start,
    unnest($until::BIGINT[]) AS until, unnest($seen::BIGINT[]) AS seen_from,
    unnest($category::BIGINT[]) AS category, unnest($step::BIGINT[]) AS step)
WHERE until > start
"""
PICKS = """
CREATE OR REPLACE TEMP TABLE picks AS
SELECT unnest($cell::INTEGER[]) AS cell, unnest($ranks::BIGINT[][]) AS ranks
"""
DAYS = (
    CHOSEN
    + """, aged AS (
    SELECT s.cell, s.until, s.step, s.until - s.start AS length, s.until - c.landed AS before,
        c.landed, c.closed, c.awaited, $day AS day
    FROM chosen c JOIN slots s ON s.slot = (c.landed - $monday) // $week
    WHERE c.governed AND c.landed > s.start - 13 * s.step AND c.landed <= s.until
      AND (s.category = 0 OR (s.category & c.categories) <> 0)
), daily AS (
    SELECT cell, until, step, day, length // day AS whole, before // day AS landed_ago,
        before % day < length % day AS in_rest,
        CASE WHEN closed IS NULL OR closed > until THEN -1
             ELSE least((until - closed) // day, 13) END AS closed_ago,
        count(*) AS governed, count_if(awaited) AS awaited, min(landed) AS first,
        max(landed) AS last, sum(landed) FILTER (awaited) AS landings,
        sum(closed) FILTER (awaited) AS closings
    FROM aged GROUP BY ALL
)
SELECT cell, back, sum(governed), sum(awaited), min(first), max(last),
    sum(CASE WHEN closed_ago >= back THEN closings ELSE awaited * (until - back * day) END
        - landings)
FROM daily, range(14) AS days(back)
WHERE landed_ago >= back AND (step = 0 OR landed_ago < back + whole
    OR (landed_ago = back + whole AND in_rest))
GROUP BY cell, back
"""
)
"""What the tempo ratio was made of at the end of each of the last days.

Landings are counted by how many days before the end of a window they were and were closed, and a
day's window is made of these.
"""
