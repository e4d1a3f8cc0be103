"""How often and how long: the numbers of S34, S37 and S38, and the two atomic steps that keep them.

Each step is one script, in Lua for Valkey and in Python for memory. Time comes from the caller's clock in milliseconds;
the store's own expiry only clears what is over.

What is stored, all under `otp:`
  live:<case>:<person>:<purpose>   tag, nonce, wrong tries, last valid millisecond
  wait:<who>                       nonce, when to ask again; <who> is a phone's tag, or case and person
  sent:<who>:<day>                 codes sent
  wrong:<case>:<person>:<day>      wrong tries; a new code does not reset them (NIST SP 800-63B, 5.2.2)
"""

import msgspec

from ports.keyvalue import Script, TwinStore

DAY_TTL = 90_000  # a day's counter outlives its day by an hour
GRACE_TTL = 5  # seconds that a value outlives its own time, so that the comparison decides and not the store


class Limits(msgspec.Struct, frozen=True):
    """Seconds and counts. A request must wait for the phone and for the case and person, whichever is later."""

    cooldown: int = 60
    validity: int = 300
    tries_per_code: int = 5
    wrong_per_day: int = 10
    sent_per_day: int = 10


ISSUE_LUA = """
local live, waits, sent, wrong = KEYS[1], {KEYS[2], KEYS[3]}, {KEYS[4], KEYS[5]}, KEYS[6]
local now, tag, nonce = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local cooldown, validity = tonumber(ARGV[4]), tonumber(ARGV[5])
if tonumber(redis.call('GET', wrong) or '0') >= tonumber(ARGV[6]) then return {'locked', 0} end
local held = redis.call('GET', live)
if held and string.match(held, '^%S+ (%S+)') == nonce then return {'issued', 0} end
local rest = 0
for _, key in ipairs(waits) do
  local wait = redis.call('GET', key)
  if wait then rest = math.max(rest, tonumber(string.match(wait, ' (%d+)$')) - now) end
end
if rest > 0 then return {'cooldown', rest} end
for _, key in ipairs(sent) do
  if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[7]) then return {'daily', 0} end
end
for _, key in ipairs(sent) do redis.call('INCR', key); redis.call('EXPIRE', key, ARGV[8]) end
for _, key in ipairs(waits) do
  redis.call('SET', key, nonce .. ' ' .. string.format('%d', now + cooldown), 'PX', cooldown + ARGV[9])
end
redis.call('SET', live, tag .. ' ' .. nonce .. ' 0 ' .. string.format('%d', now + validity), 'PX', validity + ARGV[9])
return {'issued', 0}
"""


def _issue_twin(store: TwinStore, keys: list[str], args: list[bytes]) -> list:
    live, waits, sent, wrong = keys[0], keys[1:3], keys[3:5], keys[5]
    now, cooldown, validity, most_wrong, most_sent, day, grace = (int(args[i]) for i in (0, 3, 4, 5, 6, 7, 8))
    tag, nonce = args[1], args[2]
    if int(store.get(wrong) or 0) >= most_wrong:
        return [b"locked", 0]
    held = store.get(live)
    if held and held.split()[1] == nonce:
        return [b"issued", 0]
    rest = max([int(wait.split()[1]) - now for key in waits if (wait := store.get(key))], default=0)
    if rest > 0:
        return [b"cooldown", rest]
    if any(int(store.get(key) or 0) >= most_sent for key in sent):
        return [b"daily", 0]
    for key in sent:
        store.incr(key)
        store.expire(key, day)
    for key in waits:
        store.set(key, b"%b %d" % (nonce, now + cooldown), (cooldown + grace) / 1000)
    store.set(live, b"%b %b 0 %d" % (tag, nonce, now + validity), (validity + grace) / 1000)
    return [b"issued", 0]


ISSUE = Script(ISSUE_LUA, _issue_twin)


LIFT_LUA = """
local held = redis.call('GET', KEYS[1])
if held and string.match(held, '^%S+ (%S+)') == ARGV[1] then redis.call('DEL', KEYS[1]) end
local lifted = 0
for i = 2, 3 do
  local wait = redis.call('GET', KEYS[i])
  if wait and string.match(wait, '^%S+') == ARGV[1] then
    redis.call('DEL', KEYS[i])
    redis.call('DECR', KEYS[i + 2])
    lifted = lifted + 1
  end
end
return {lifted}
"""


def _lift_twin(store: TwinStore, keys: list[str], args: list[bytes]) -> list:
    held = store.get(keys[0])
    if held and held.split()[1] == args[0]:
        store.delete(keys[0])
    lifted = 0
    for wait_key, sent_key in zip(keys[1:3], keys[3:5], strict=True):
        wait = store.get(wait_key)
        if wait and wait.split()[0] == args[0]:
            store.delete(wait_key)
            store.incr(sent_key, -1)
            lifted += 1
    return [lifted]


LIFT = Script(LIFT_LUA, _lift_twin)  # the gateway certainly sent nothing: take back what ISSUE did


VERIFY_LUA = """
local live, wrong = KEYS[1], KEYS[2]
local now, tag, per_code, per_day = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if tonumber(redis.call('GET', wrong) or '0') >= per_day then return {'locked', 0} end
local held = redis.call('GET', live)
if not held then return {'expired', 0} end
local known, nonce, tries, last = string.match(held, '^(%S+) (%S+) (%d+) (%d+)$')
if now > tonumber(last) then redis.call('DEL', live); return {'expired', 0} end
if known == tag then redis.call('DEL', live); return {'verified', 0} end
local today = redis.call('INCR', wrong)
redis.call('EXPIRE', wrong, ARGV[5])
tries = tonumber(tries) + 1
local left = math.min(per_code - tries, per_day - today)
if left <= 0 then redis.call('DEL', live)
else redis.call('SET', live, known .. ' ' .. nonce .. ' ' .. tries .. ' ' .. last, 'KEEPTTL') end
if today >= per_day then return {'locked', 0} end
return {'wrong', left}
"""


def _verify_twin(store: TwinStore, keys: list[str], args: list[bytes]) -> list:
    live, wrong = keys
    now, per_code, per_day, day = (int(args[i]) for i in (0, 2, 3, 4))
    if int(store.get(wrong) or 0) >= per_day:
        return [b"locked", 0]
    held = store.get(live)
    if held is None:
        return [b"expired", 0]
    known, nonce, tries, last = held.split()
    if now > int(last) or known == args[1]:
        store.delete(live)
        return [b"expired" if now > int(last) else b"verified", 0]
    today = store.incr(wrong)
    store.expire(wrong, day)
    left = min(per_code - int(tries) - 1, per_day - today)
    if left <= 0:
        store.delete(live)
    else:
        store.set(live, b"%b %b %d %b" % (known, nonce, int(tries) + 1, last), store.ttl(live))
    return [b"locked", 0] if today >= per_day else [b"wrong", left]


VERIFY = Script(VERIFY_LUA, _verify_twin)
