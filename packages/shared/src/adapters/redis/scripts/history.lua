-- What a job has settled over time: of the last minute, and before that by tier.
return { call('HGETALL', RATES), call('HGETALL', HISTORY) }
