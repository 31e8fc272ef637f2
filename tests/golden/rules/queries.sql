-- {"kind": "all", "rules": [{"kind": "trait", "trait": "city", "op": "is", "value": "上海"}, {"kind": "any", "rules": [{"kind": "trait", "trait": "age", "op": "lt", "value": 30}, {"kind": "not", "rule": {"kind": "trait", "trait": "is_member", "op": "is", "value": true}}]}]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, (ifNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL) = {p1:String}, false) AND (ifNull((t_age_n < {p2:Float64}), false) OR NOT (ifNull(multiIf(JSONExtractRaw(traits, {p3:String}) = 'true', true, JSONExtractRaw(traits, {p3:String}) = 'false', false, NULL) = {p4:Bool}, false))))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p5:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'city' String
  p1 = '上海' String
  p2 = 30.0 Float64
  p3 = 'is_member' String
  p4 = True Bool
  p5 = 7 UInt32

-- {"kind": "trait", "trait": "city", "op": "is_set"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, isNotNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'city' String
  p1 = 7 UInt32

-- why: {"kind": "trait", "trait": "city", "op": "is_set"}
SELECT isNotNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL)) AS holds, if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL) AS actual
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32} AND (profile_id IN {p2:Array(UInt64)})
  p0 = 'city' String
  p1 = 7 UInt32
  p2 = (42,) Array(UInt64)

-- {"kind": "trait", "trait": "interests", "op": "is_not_set"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, NOT (notEmpty(if(arrayAll(item -> startsWith(item, '"'), JSONExtractArrayRaw(JSONExtractRaw(traits, {p0:String}))), arrayMap(item -> JSONExtractString(item), JSONExtractArrayRaw(JSONExtractRaw(traits, {p0:String}))), [])))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'interests' String
  p1 = 7 UInt32

-- {"kind": "trait", "trait": "city", "op": "is", "value": "paris", "ignore_case": true}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull(lowerUTF8(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL)) = lowerUTF8({p1:String}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'city' String
  p1 = 'paris' String
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "city", "op": "is_not", "value": "Paris"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, NOT (ifNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL) = {p1:String}, false))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'city' String
  p1 = 'Paris' String
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "city", "op": "in", "value": ["上海", "北京", "广州"]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL) IN {p1:Array(String)}, false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'city' String
  p1 = ('上海', '北京', '广州') Array(String)
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "city", "op": "not_in", "value": ["上海", "北京"]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, NOT (ifNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL) IN {p1:Array(String)}, false))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'city' String
  p1 = ('上海', '北京') Array(String)
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "email", "op": "contains", "value": "+test"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull(position(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL), {p1:String}) > 0, false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'email' String
  p1 = '+test' String
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "email", "op": "not_contains", "value": "example"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, NOT (ifNull(position(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL), {p1:String}) > 0, false))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'email' String
  p1 = 'example' String
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "phone", "op": "starts_with", "value": "+86"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull(startsWith(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL), {p1:String}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'phone' String
  p1 = '+86' String
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "email", "op": "ends_with", "value": "@EXAMPLE.COM", "ignore_case": true}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull(endsWith(lowerUTF8(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"'), JSONExtractString(JSONExtractRaw(traits, {p0:String})), NULL)), lowerUTF8({p1:String})), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'email' String
  p1 = '@EXAMPLE.COM' String
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "age", "op": "is", "value": 30}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((t_age_n = {p0:Float64}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 30.0 Float64
  p1 = 7 UInt32

-- {"kind": "trait", "trait": "age", "op": "is_not", "value": 30}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, NOT (ifNull((t_age_n = {p0:Float64}), false))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 30.0 Float64
  p1 = 7 UInt32

-- {"kind": "trait", "trait": "age", "op": "in", "value": [20, 30, 40]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((t_age_n + 0) IN {p0:Array(Float64)}, false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = (20.0, 30.0, 40.0) Array(Float64)
  p1 = 7 UInt32

-- {"kind": "trait", "trait": "age", "op": "not_in", "value": [0, 99]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, NOT (ifNull((t_age_n + 0) IN {p0:Array(Float64)}, false))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = (0.0, 99.0) Array(Float64)
  p1 = 7 UInt32

-- {"kind": "trait", "trait": "age", "op": "lt", "value": 18}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((t_age_n < {p0:Float64}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 18.0 Float64
  p1 = 7 UInt32

-- {"kind": "trait", "trait": "age", "op": "lte", "value": 17.5}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((t_age_n <= {p0:Float64}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 17.5 Float64
  p1 = 7 UInt32

-- {"kind": "trait", "trait": "age", "op": "gt", "value": 65}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((t_age_n > {p0:Float64}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 65.0 Float64
  p1 = 7 UInt32

-- {"kind": "trait", "trait": "age", "op": "gte", "value": 18}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((t_age_n >= {p0:Float64}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 18.0 Float64
  p1 = 7 UInt32

-- {"kind": "trait", "trait": "age", "op": "between", "value": [18, 30]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((t_age_n >= {p0:Float64} AND t_age_n <= {p1:Float64}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 18.0 Float64
  p1 = 30.0 Float64
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "is_member", "op": "is", "value": true}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull(multiIf(JSONExtractRaw(traits, {p0:String}) = 'true', true, JSONExtractRaw(traits, {p0:String}) = 'false', false, NULL) = {p1:Bool}, false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'is_member' String
  p1 = True Bool
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "is_member", "op": "is_not", "value": true}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, NOT (ifNull(multiIf(JSONExtractRaw(traits, {p0:String}) = 'true', true, JSONExtractRaw(traits, {p0:String}) = 'false', false, NULL) = {p1:Bool}, false))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'is_member' String
  p1 = True Bool
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "createdAt", "op": "on", "value": "2026-11-11"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((parseDateTime64BestEffortOrNull(if(match(JSONExtractRaw(traits, {p0:String}), '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$') AND NOT startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), substring(JSONExtractRaw(traits, {p0:String}), 2, 24), ''), 3, 'UTC') >= {p1:DateTime64(3, 'UTC')} AND parseDateTime64BestEffortOrNull(if(match(JSONExtractRaw(traits, {p0:String}), '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$') AND NOT startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), substring(JSONExtractRaw(traits, {p0:String}), 2, 24), ''), 3, 'UTC') < {p2:DateTime64(3, 'UTC')}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p3:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'createdAt' String
  p1 = datetime.datetime(2026, 11, 10, 16, 0, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p2 = datetime.datetime(2026, 11, 11, 16, 0, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p3 = 7 UInt32

-- {"kind": "trait", "trait": "createdAt", "op": "before", "value": "2026-05-01T09:30:00+08:00"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((parseDateTime64BestEffortOrNull(if(match(JSONExtractRaw(traits, {p0:String}), '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$') AND NOT startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), substring(JSONExtractRaw(traits, {p0:String}), 2, 24), ''), 3, 'UTC') < {p1:DateTime64(3, 'UTC')}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'createdAt' String
  p1 = datetime.datetime(2026, 5, 1, 1, 30, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "createdAt", "op": "after", "value": "2026-05-01"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((parseDateTime64BestEffortOrNull(if(match(JSONExtractRaw(traits, {p0:String}), '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$') AND NOT startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), substring(JSONExtractRaw(traits, {p0:String}), 2, 24), ''), 3, 'UTC') >= {p1:DateTime64(3, 'UTC')}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'createdAt' String
  p1 = datetime.datetime(2026, 5, 1, 16, 0, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "birthday", "op": "between", "value": ["1990-01-01", "1999-12-31"]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((if(concat('"', toString(toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10)))), '"') = JSONExtractRaw(traits, {p0:String}), toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10))), NULL) >= {p1:Date32} AND if(concat('"', toString(toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10)))), '"') = JSONExtractRaw(traits, {p0:String}), toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10))), NULL) <= {p2:Date32}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p3:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'birthday' String
  p1 = datetime.date(1990, 1, 1) Date32
  p2 = datetime.date(1999, 12, 31) Date32
  p3 = 7 UInt32

-- {"kind": "trait", "trait": "createdAt", "op": "in_last", "value": 48, "unit": "hours"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((parseDateTime64BestEffortOrNull(if(match(JSONExtractRaw(traits, {p0:String}), '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$') AND NOT startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), substring(JSONExtractRaw(traits, {p0:String}), 2, 24), ''), 3, 'UTC') >= {p1:DateTime64(3, 'UTC')} AND parseDateTime64BestEffortOrNull(if(match(JSONExtractRaw(traits, {p0:String}), '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$') AND NOT startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), substring(JSONExtractRaw(traits, {p0:String}), 2, 24), ''), 3, 'UTC') < {p2:DateTime64(3, 'UTC')}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p3:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'createdAt' String
  p1 = datetime.datetime(2026, 11, 21, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p2 = datetime.datetime(2026, 11, 23, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p3 = 7 UInt32

-- {"kind": "trait", "trait": "createdAt", "op": "not_in_last", "value": 6, "unit": "months"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, NOT (ifNull((parseDateTime64BestEffortOrNull(if(match(JSONExtractRaw(traits, {p0:String}), '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$') AND NOT startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), substring(JSONExtractRaw(traits, {p0:String}), 2, 24), ''), 3, 'UTC') >= {p1:DateTime64(3, 'UTC')} AND parseDateTime64BestEffortOrNull(if(match(JSONExtractRaw(traits, {p0:String}), '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$') AND NOT startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), substring(JSONExtractRaw(traits, {p0:String}), 2, 24), ''), 3, 'UTC') < {p2:DateTime64(3, 'UTC')}), false))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p3:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'createdAt' String
  p1 = datetime.datetime(2026, 5, 23, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p2 = datetime.datetime(2026, 11, 23, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p3 = 7 UInt32

-- {"kind": "trait", "trait": "createdAt", "op": "more_than_ago", "value": 2, "unit": "weeks"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((parseDateTime64BestEffortOrNull(if(match(JSONExtractRaw(traits, {p0:String}), '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$') AND NOT startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), substring(JSONExtractRaw(traits, {p0:String}), 2, 24), ''), 3, 'UTC') < {p1:DateTime64(3, 'UTC')}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'createdAt' String
  p1 = datetime.datetime(2026, 11, 9, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "createdAt", "op": "in_next", "value": 7, "unit": "days"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull((parseDateTime64BestEffortOrNull(if(match(JSONExtractRaw(traits, {p0:String}), '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$') AND NOT startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), substring(JSONExtractRaw(traits, {p0:String}), 2, 24), ''), 3, 'UTC') >= {p1:DateTime64(3, 'UTC')} AND parseDateTime64BestEffortOrNull(if(match(JSONExtractRaw(traits, {p0:String}), '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$') AND NOT startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), substring(JSONExtractRaw(traits, {p0:String}), 2, 24), ''), 3, 'UTC') < {p2:DateTime64(3, 'UTC')}), false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p3:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'createdAt' String
  p1 = datetime.datetime(2026, 11, 23, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p2 = datetime.datetime(2026, 11, 30, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p3 = 7 UInt32

-- {"kind": "trait", "trait": "birthday", "op": "anniversary_today"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull(toMonth(if(concat('"', toString(toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10)))), '"') = JSONExtractRaw(traits, {p0:String}), toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10))), NULL)) * 100 + toDayOfMonth(if(concat('"', toString(toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10)))), '"') = JSONExtractRaw(traits, {p0:String}), toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10))), NULL)) IN {p1:Array(UInt16)}, false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'birthday' String
  p1 = (1123,) Array(UInt16)
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "birthday", "op": "anniversary_in_next", "value": 7, "unit": "days"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ifNull(toMonth(if(concat('"', toString(toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10)))), '"') = JSONExtractRaw(traits, {p0:String}), toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10))), NULL)) * 100 + toDayOfMonth(if(concat('"', toString(toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10)))), '"') = JSONExtractRaw(traits, {p0:String}), toDate32OrNull(if(startsWith(JSONExtractRaw(traits, {p0:String}), '"0000'), '', substring(JSONExtractRaw(traits, {p0:String}), 2, 10))), NULL)) IN {p1:Array(UInt16)}, false)) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'birthday' String
  p1 = (1123, 1124, 1125, 1126, 1127, 1128, 1129, 1130) Array(UInt16)
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "interests", "op": "has_any", "value": ["shoes", "bags"], "ignore_case": true}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, hasAny(arrayMap(text -> lowerUTF8(text), if(arrayAll(item -> startsWith(item, '"'), JSONExtractArrayRaw(JSONExtractRaw(traits, {p0:String}))), arrayMap(item -> JSONExtractString(item), JSONExtractArrayRaw(JSONExtractRaw(traits, {p0:String}))), [])), (arrayMap(text -> lowerUTF8(text), {p1:Array(String)})))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'interests' String
  p1 = ('shoes', 'bags') Array(String)
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "interests", "op": "has_all", "value": ["shoes", "bags"]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, hasAll(if(arrayAll(item -> startsWith(item, '"'), JSONExtractArrayRaw(JSONExtractRaw(traits, {p0:String}))), arrayMap(item -> JSONExtractString(item), JSONExtractArrayRaw(JSONExtractRaw(traits, {p0:String}))), []), {p1:Array(String)})) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'interests' String
  p1 = ('shoes', 'bags') Array(String)
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "interests", "op": "has_none", "value": ["watches"]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, NOT (hasAny(if(arrayAll(item -> startsWith(item, '"'), JSONExtractArrayRaw(JSONExtractRaw(traits, {p0:String}))), arrayMap(item -> JSONExtractString(item), JSONExtractArrayRaw(JSONExtractRaw(traits, {p0:String}))), []), {p1:Array(String)}))) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'interests' String
  p1 = ('watches',) Array(String)
  p2 = 7 UInt32

-- {"kind": "trait", "trait": "interests", "op": "length", "value": {"op": "gte", "value": 3}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, (length(if(arrayAll(item -> startsWith(item, '"'), JSONExtractArrayRaw(JSONExtractRaw(traits, {p0:String}))), arrayMap(item -> JSONExtractString(item), JSONExtractArrayRaw(JSONExtractRaw(traits, {p0:String}))), [])) >= {p1:UInt64})) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'interests' String
  p1 = 3 UInt64
  p2 = 7 UInt32

-- {"kind": "event", "event": "Order Completed"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id), true) AS m0
  FROM events
  WHERE events.workspace_id = {p0:UInt32} AND (event = {p1:String})) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p0:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 7 UInt32
  p1 = 'Order Completed' String

-- why: {"kind": "event", "event": "Order Completed"}
SELECT ifNull((value >= {p0:UInt64}), false) AS holds, value AS actual
  FROM (SELECT count() AS value
  FROM events
  WHERE events.workspace_id = {p1:UInt32} AND (event = {p2:String} AND dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) IN {p3:Array(UInt64)})) AS found
  p0 = 1 UInt64
  p1 = 7 UInt32
  p2 = 'Order Completed' String
  p3 = (42,) Array(UInt64)

-- {"kind": "event", "event": "Order Completed", "op": "did", "count": {"op": "gte", "value": 3}, "window": {"kind": "last", "value": 90, "unit": "days"}, "where": [{"property": "total", "op": "gt", "value": 100}, {"property": "category", "op": "in", "value": ["shoes", "鞋"]}]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 >= {p0:UInt64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, count() AS v0
  FROM events
  WHERE events.workspace_id = {p1:UInt32} AND (event = {p2:String} AND (((timestamp >= {p3:DateTime64(3, 'UTC')} AND timestamp < {p4:DateTime64(3, 'UTC')}) AND (ifNull((if(match(JSONExtractRaw(properties, {p5:String}), '^[-0-9]'), JSONExtractFloat(JSONExtractRaw(properties, {p5:String})), NULL) > {p6:Float64}), false) AND ifNull(if(startsWith(JSONExtractRaw(properties, {p7:String}), '"'), JSONExtractString(JSONExtractRaw(properties, {p7:String})), NULL) IN {p8:Array(String)}, false)))))
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 3 UInt64
  p1 = 7 UInt32
  p2 = 'Order Completed' String
  p3 = datetime.datetime(2026, 8, 25, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p4 = datetime.datetime(2026, 11, 23, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p5 = 'total' String
  p6 = 100.0 Float64
  p7 = 'category' String
  p8 = ('shoes', '鞋') Array(String)

-- {"kind": "event", "event": "Product Viewed", "op": "did_not", "window": {"kind": "last", "value": 2, "unit": "weeks"}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAndnot(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id), true) AS m0
  FROM events
  WHERE events.workspace_id = {p0:UInt32} AND (event = {p1:String} AND (((timestamp >= {p2:DateTime64(3, 'UTC')} AND timestamp < {p3:DateTime64(3, 'UTC')}))))) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p0:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 7 UInt32
  p1 = 'Product Viewed' String
  p2 = datetime.datetime(2026, 11, 9, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p3 = datetime.datetime(2026, 11, 23, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')

-- {"kind": "event", "event": "Order Completed", "count": {"op": "between", "value": [1, 3]}, "window": {"kind": "ago", "least": 30, "most": 90, "unit": "days"}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 >= {p0:UInt64} AND v0 <= {p1:UInt64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, count() AS v0
  FROM events
  WHERE events.workspace_id = {p2:UInt32} AND (event = {p3:String} AND (((timestamp >= {p4:DateTime64(3, 'UTC')} AND timestamp < {p5:DateTime64(3, 'UTC')}))))
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 1 UInt64
  p1 = 3 UInt64
  p2 = 7 UInt32
  p3 = 'Order Completed' String
  p4 = datetime.datetime(2026, 8, 25, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p5 = datetime.datetime(2026, 10, 24, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')

-- {"kind": "event", "event": "Order Completed", "count": {"op": "is", "value": 1}, "window": {"kind": "fixed", "start": "2026-11-01", "end": "2026-11-11"}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 = {p0:UInt64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, count() AS v0
  FROM events
  WHERE events.workspace_id = {p1:UInt32} AND (event = {p2:String} AND (((timestamp >= {p3:DateTime64(3, 'UTC')} AND timestamp < {p4:DateTime64(3, 'UTC')}))))
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 1 UInt64
  p1 = 7 UInt32
  p2 = 'Order Completed' String
  p3 = datetime.datetime(2026, 10, 31, 16, 0, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p4 = datetime.datetime(2026, 11, 11, 16, 0, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')

-- {"kind": "event", "event": "Order Completed", "count": {"op": "lte", "value": 2}, "window": {"kind": "all_time"}, "where": [{"property": "is_gift", "op": "is", "value": true}, {"property": "total", "op": "gte", "value": 500}], "match": "any"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAndnot(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 > {p0:UInt64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, count() AS v0
  FROM events
  WHERE events.workspace_id = {p1:UInt32} AND (event = {p2:String} AND (((ifNull(multiIf(JSONExtractRaw(properties, {p3:String}) = 'true', true, JSONExtractRaw(properties, {p3:String}) = 'false', false, NULL) = {p4:Bool}, false) OR ifNull((if(match(JSONExtractRaw(properties, {p5:String}), '^[-0-9]'), JSONExtractFloat(JSONExtractRaw(properties, {p5:String})), NULL) >= {p6:Float64}), false)))))
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 2 UInt64
  p1 = 7 UInt32
  p2 = 'Order Completed' String
  p3 = 'is_gift' String
  p4 = True Bool
  p5 = 'total' String
  p6 = 500.0 Float64

-- {"kind": "event", "event": "$page", "count": {"op": "is_not", "value": 1}, "window": {"kind": "fixed", "start": "2026-11-01T08:00:00"}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAndnot(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 = {p0:UInt64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, count() AS v0
  FROM events
  WHERE events.workspace_id = {p1:UInt32} AND (event = {p2:String} AND (((timestamp >= {p3:DateTime64(3, 'UTC')}))))
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 1 UInt64
  p1 = 7 UInt32
  p2 = '$page' String
  p3 = datetime.datetime(2026, 11, 1, 0, 0, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')

-- {"kind": "event", "event": "Order Completed", "count": {"op": "lt", "value": 5}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAndnot(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 >= {p0:UInt64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, count() AS v0
  FROM events
  WHERE events.workspace_id = {p1:UInt32} AND (event = {p2:String})
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 5 UInt64
  p1 = 7 UInt32
  p2 = 'Order Completed' String

-- {"kind": "event", "event": "Order Completed", "count": {"op": "gt", "value": 5}, "window": {"kind": "fixed", "end": "2026-11-11"}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 > {p0:UInt64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, count() AS v0
  FROM events
  WHERE events.workspace_id = {p1:UInt32} AND (event = {p2:String} AND (((timestamp < {p3:DateTime64(3, 'UTC')}))))
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 5 UInt64
  p1 = 7 UInt32
  p2 = 'Order Completed' String
  p3 = datetime.datetime(2026, 11, 11, 16, 0, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')

-- {"kind": "event_aggregate", "event": "Order Completed", "function": "sum", "property": "total", "compare": {"op": "gte", "value": 1000}, "window": {"kind": "last", "value": 3, "unit": "months"}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 >= {p0:Float64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, ifNull(sum(if(match(JSONExtractRaw(properties, {p1:String}), '^[-0-9]'), JSONExtractFloat(JSONExtractRaw(properties, {p1:String})), NULL)), 0) AS v0
  FROM events
  WHERE events.workspace_id = {p2:UInt32} AND (event = {p3:String} AND (((timestamp >= {p4:DateTime64(3, 'UTC')} AND timestamp < {p5:DateTime64(3, 'UTC')}))))
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 1000.0 Float64
  p1 = 'total' String
  p2 = 7 UInt32
  p3 = 'Order Completed' String
  p4 = datetime.datetime(2026, 8, 23, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p5 = datetime.datetime(2026, 11, 23, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')

-- why: {"kind": "event_aggregate", "event": "Order Completed", "function": "sum", "property": "total", "compare": {"op": "gte", "value": 1000}, "window": {"kind": "last", "value": 3, "unit": "months"}}
SELECT ifNull((value >= {p0:Float64}), false) AS holds, value AS actual
  FROM (SELECT ifNull(sum(if(match(JSONExtractRaw(properties, {p1:String}), '^[-0-9]'), JSONExtractFloat(JSONExtractRaw(properties, {p1:String})), NULL)), 0) AS value
  FROM events
  WHERE events.workspace_id = {p2:UInt32} AND (event = {p3:String} AND dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) IN {p4:Array(UInt64)} AND ((timestamp >= {p5:DateTime64(3, 'UTC')} AND timestamp < {p6:DateTime64(3, 'UTC')})))) AS found
  p0 = 1000.0 Float64
  p1 = 'total' String
  p2 = 7 UInt32
  p3 = 'Order Completed' String
  p4 = (42,) Array(UInt64)
  p5 = datetime.datetime(2026, 8, 23, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p6 = datetime.datetime(2026, 11, 23, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')

-- {"kind": "event_aggregate", "event": "Order Completed", "function": "avg", "property": "total", "compare": {"op": "between", "value": [50, 200]}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 >= {p0:Float64} AND v0 <= {p1:Float64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, avg(if(match(JSONExtractRaw(properties, {p2:String}), '^[-0-9]'), JSONExtractFloat(JSONExtractRaw(properties, {p2:String})), NULL)) AS v0
  FROM events
  WHERE events.workspace_id = {p3:UInt32} AND (event = {p4:String})
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p3:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 50.0 Float64
  p1 = 200.0 Float64
  p2 = 'total' String
  p3 = 7 UInt32
  p4 = 'Order Completed' String

-- {"kind": "event_aggregate", "event": "Order Completed", "function": "min", "property": "total", "compare": {"op": "gt", "value": 20}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 > {p0:Float64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, min(if(match(JSONExtractRaw(properties, {p1:String}), '^[-0-9]'), JSONExtractFloat(JSONExtractRaw(properties, {p1:String})), NULL)) AS v0
  FROM events
  WHERE events.workspace_id = {p2:UInt32} AND (event = {p3:String})
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 20.0 Float64
  p1 = 'total' String
  p2 = 7 UInt32
  p3 = 'Order Completed' String

-- {"kind": "event_aggregate", "event": "Order Completed", "function": "max", "property": "total", "compare": {"op": "lt", "value": 20}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 < {p0:Float64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, max(if(match(JSONExtractRaw(properties, {p1:String}), '^[-0-9]'), JSONExtractFloat(JSONExtractRaw(properties, {p1:String})), NULL)) AS v0
  FROM events
  WHERE events.workspace_id = {p2:UInt32} AND (event = {p3:String})
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 20.0 Float64
  p1 = 'total' String
  p2 = 7 UInt32
  p3 = 'Order Completed' String

-- {"kind": "event_aggregate", "event": "Order Completed", "function": "distinct", "property": "category", "compare": {"op": "gte", "value": 2}}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 >= {p0:UInt64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, uniqExact(if(startsWith(JSONExtractRaw(properties, {p1:String}), '"'), JSONExtractString(JSONExtractRaw(properties, {p1:String})), NULL)) AS v0
  FROM events
  WHERE events.workspace_id = {p2:UInt32} AND (event = {p3:String})
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 2 UInt64
  p1 = 'category' String
  p2 = 7 UInt32
  p3 = 'Order Completed' String

-- {"kind": "regular", "event": "Order Completed", "at_least": 3, "periods": 4, "unit": "months"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 >= {p0:UInt64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, uniqExact(arrayCount(start -> start > toUnixTimestamp64Milli(timestamp), {p1:Array(Int64)})) AS v0
  FROM events
  WHERE events.workspace_id = {p2:UInt32} AND (event = {p3:String} AND (((timestamp >= {p4:DateTime64(3, 'UTC')} AND timestamp < {p5:DateTime64(3, 'UTC')}))))
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 3 UInt64
  p1 = [1792728306789, 1790136306789, 1787457906789, 1784779506789] Array(Int64)
  p2 = 7 UInt32
  p3 = 'Order Completed' String
  p4 = datetime.datetime(2026, 7, 23, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p5 = datetime.datetime(2026, 11, 23, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')

-- why: {"kind": "regular", "event": "Order Completed", "at_least": 3, "periods": 4, "unit": "months"}
SELECT ifNull((value >= {p0:UInt64}), false) AS holds, value AS actual
  FROM (SELECT uniqExact(arrayCount(start -> start > toUnixTimestamp64Milli(timestamp), {p1:Array(Int64)})) AS value
  FROM events
  WHERE events.workspace_id = {p2:UInt32} AND (event = {p3:String} AND dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) IN {p4:Array(UInt64)} AND ((timestamp >= {p5:DateTime64(3, 'UTC')} AND timestamp < {p6:DateTime64(3, 'UTC')})))) AS found
  p0 = 3 UInt64
  p1 = [1792728306789, 1790136306789, 1787457906789, 1784779506789] Array(Int64)
  p2 = 7 UInt32
  p3 = 'Order Completed' String
  p4 = (42,) Array(UInt64)
  p5 = datetime.datetime(2026, 7, 23, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p6 = datetime.datetime(2026, 11, 23, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')

-- {"kind": "regular", "event": "Order Completed", "at_least": 5, "periods": 7, "unit": "days", "where": [{"property": "total", "op": "gt", "value": 0}]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull(((v0 >= {p0:UInt64})), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, uniqExact(arrayCount(start -> start > toUnixTimestamp64Milli(timestamp), {p1:Array(Int64)})) AS v0
  FROM events
  WHERE events.workspace_id = {p2:UInt32} AND (event = {p3:String} AND (((timestamp >= {p4:DateTime64(3, 'UTC')} AND timestamp < {p5:DateTime64(3, 'UTC')}) AND (ifNull((if(match(JSONExtractRaw(properties, {p6:String}), '^[-0-9]'), JSONExtractFloat(JSONExtractRaw(properties, {p6:String})), NULL) > {p7:Float64}), false)))))
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 5 UInt64
  p1 = [1795320306789, 1795233906789, 1795147506789, 1795061106789, 1794974706789, 1794888306789, 1794801906789] Array(Int64)
  p2 = 7 UInt32
  p3 = 'Order Completed' String
  p4 = datetime.datetime(2026, 11, 16, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p5 = datetime.datetime(2026, 11, 23, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p6 = 'total' String
  p7 = 0.0 Float64

-- {"kind": "first_time", "event": "Order Completed", "op": "in_last", "value": 30, "unit": "days"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull((v0 >= {p0:DateTime64(3, 'UTC')} AND v0 < {p1:DateTime64(3, 'UTC')}), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, minOrNull(timestamp) AS v0
  FROM events
  WHERE events.workspace_id = {p2:UInt32} AND (event = {p3:String})
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p2:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = datetime.datetime(2026, 10, 24, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p1 = datetime.datetime(2026, 11, 23, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p2 = 7 UInt32
  p3 = 'Order Completed' String

-- why: {"kind": "first_time", "event": "Order Completed", "op": "in_last", "value": 30, "unit": "days"}
SELECT ifNull((value >= {p0:DateTime64(3, 'UTC')} AND value < {p1:DateTime64(3, 'UTC')}), false) AS holds, value AS actual
  FROM (SELECT minOrNull(timestamp) AS value
  FROM events
  WHERE events.workspace_id = {p2:UInt32} AND (event = {p3:String} AND dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) IN {p4:Array(UInt64)})) AS found
  p0 = datetime.datetime(2026, 10, 24, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p1 = datetime.datetime(2026, 11, 23, 4, 5, 6, 790000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p2 = 7 UInt32
  p3 = 'Order Completed' String
  p4 = (42,) Array(UInt64)

-- {"kind": "last_time", "event": "Order Completed", "op": "more_than_ago", "value": 90, "unit": "days", "where": [{"property": "total", "op": "gt", "value": 0}]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(person, ifNull((v0 < {p0:DateTime64(3, 'UTC')}), false)) AS m0
  FROM (SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person, maxOrNull(timestamp) AS v0
  FROM events
  WHERE events.workspace_id = {p1:UInt32} AND (event = {p2:String} AND (((ifNull((if(match(JSONExtractRaw(properties, {p3:String}), '^[-0-9]'), JSONExtractFloat(JSONExtractRaw(properties, {p3:String})), NULL) > {p4:Float64}), false)))))
  GROUP BY person) AS people) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = datetime.datetime(2026, 8, 25, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p1 = 7 UInt32
  p2 = 'Order Completed' String
  p3 = 'total' String
  p4 = 0.0 Float64

-- why: {"kind": "last_time", "event": "Order Completed", "op": "more_than_ago", "value": 90, "unit": "days", "where": [{"property": "total", "op": "gt", "value": 0}]}
SELECT ifNull((value < {p0:DateTime64(3, 'UTC')}), false) AS holds, value AS actual
  FROM (SELECT maxOrNull(timestamp) AS value
  FROM events
  WHERE events.workspace_id = {p1:UInt32} AND (event = {p2:String} AND dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) IN {p3:Array(UInt64)} AND ((ifNull((if(match(JSONExtractRaw(properties, {p4:String}), '^[-0-9]'), JSONExtractFloat(JSONExtractRaw(properties, {p4:String})), NULL) > {p5:Float64}), false))))) AS found
  p0 = datetime.datetime(2026, 8, 25, 4, 5, 6, 789000, tzinfo=datetime.timezone.utc) DateTime64(3, 'UTC')
  p1 = 7 UInt32
  p2 = 'Order Completed' String
  p3 = (42,) Array(UInt64)
  p4 = 'total' String
  p5 = 0.0 Float64

-- {"kind": "tag", "tag": "tag_level", "op": "in", "value": ["gold", "platinum"]}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id), ifNull(text IN {p0:Array(String)}, false)) AS m0
  FROM tag_values
  WHERE tag_values.workspace_id = {p1:UInt32} AND (tag_id = {p2:String} AND run = {p3:UInt64})) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = ('gold', 'platinum') Array(String)
  p1 = 7 UInt32
  p2 = 'tag_level' String
  p3 = 4 UInt64

-- why: {"kind": "tag", "tag": "tag_level", "op": "in", "value": ["gold", "platinum"]}
SELECT max(ifNull(text IN {p0:Array(String)}, false)) = 1 AS holds, argMin(text, profile_id != {p1:UInt64}) AS actual
  FROM tag_values
  WHERE tag_values.workspace_id = {p2:UInt32} AND (tag_id = {p3:String} AND run = {p4:UInt64} AND dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) IN {p5:Array(UInt64)})
  p0 = ('gold', 'platinum') Array(String)
  p1 = 42 UInt64
  p2 = 7 UInt32
  p3 = 'tag_level' String
  p4 = 4 UInt64
  p5 = (42,) Array(UInt64)

-- {"kind": "tag", "tag": "tag_score", "op": "gte", "value": 80}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id), ifNull((number >= {p0:Float64}), false)) AS m0
  FROM tag_values
  WHERE tag_values.workspace_id = {p1:UInt32} AND (tag_id = {p2:String} AND run = {p3:UInt64})) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p1:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 80.0 Float64
  p1 = 7 UInt32
  p2 = 'tag_score' String
  p3 = 9 UInt64

-- {"kind": "audience", "audience": "aud_vip"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAnd(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id), true) AS m0
  FROM (SELECT arrayJoin(bitmapToArray(groupBitmapMergeState(members))) AS profile_id
  FROM audience_members
  WHERE audience_members.workspace_id = {p0:UInt32} AND (audience_id = {p1:String} AND run = {p2:UInt64})) AS ids) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p0:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 7 UInt32
  p1 = 'aud_vip' String
  p2 = 3 UInt64

-- why: {"kind": "audience", "audience": "aud_vip"}
SELECT count() > 0 AS holds, count() > 0 AS actual
  FROM (SELECT arrayJoin(bitmapToArray(groupBitmapMergeState(members))) AS profile_id
  FROM audience_members
  WHERE audience_members.workspace_id = {p0:UInt32} AND (audience_id = {p1:String} AND run = {p2:UInt64})) AS ids
  WHERE dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) = {p3:UInt64}
  p0 = 7 UInt32
  p1 = 'aud_vip' String
  p2 = 3 UInt64
  p3 = 42 UInt64

-- {"kind": "audience", "audience": "aud_vip", "op": "not_in"}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT bitmapAndnot(s1.m0, s0.m0) AS members
  FROM (SELECT groupBitmapStateIf(dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id), true) AS m0
  FROM (SELECT arrayJoin(bitmapToArray(groupBitmapMergeState(members))) AS profile_id
  FROM audience_members
  WHERE audience_members.workspace_id = {p0:UInt32} AND (audience_id = {p1:String} AND run = {p2:UInt64})) AS ids) AS s0
  CROSS JOIN (SELECT groupBitmapStateIf(profile_id, true) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p0:UInt32}) AS s1) AS result
  ORDER BY profile_id
  p0 = 7 UInt32
  p1 = 'aud_vip' String
  p2 = 3 UInt64

-- {"kind": "random", "salt": "spring", "from_percent": 0, "to_percent": 10}
SELECT arrayJoin(bitmapToArray(members)) AS profile_id
  FROM (SELECT s0.m0 AS members
  FROM (SELECT groupBitmapStateIf(profile_id, ((bitShiftRight(xxHash64(concat({p0:String}, toString(profile_id))), 11) / 9007199254740992) >= {p1:Float64} AND (bitShiftRight(xxHash64(concat({p0:String}, toString(profile_id))), 11) / 9007199254740992) < {p2:Float64})) AS m0
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p3:UInt32}) AS s0) AS result
  ORDER BY profile_id
  p0 = 'spring:' String
  p1 = 0.0 Float64
  p2 = 0.1 Float64
  p3 = 7 UInt32

-- why: {"kind": "random", "salt": "spring", "from_percent": 0, "to_percent": 10}
SELECT ((bitShiftRight(xxHash64(concat({p0:String}, toString(profile_id))), 11) / 9007199254740992) >= {p1:Float64} AND (bitShiftRight(xxHash64(concat({p0:String}, toString(profile_id))), 11) / 9007199254740992) < {p2:Float64}) AS holds, (bitShiftRight(xxHash64(concat({p0:String}, toString(profile_id))), 11) / 9007199254740992) * 100 AS actual
  FROM profiles FINAL
  WHERE profiles.workspace_id = {p3:UInt32} AND (profile_id IN {p4:Array(UInt64)})
  p0 = 'spring:' String
  p1 = 0.0 Float64
  p2 = 0.1 Float64
  p3 = 7 UInt32
  p4 = (42,) Array(UInt64)
