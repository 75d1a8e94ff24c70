"""The models over a database: what each needs is asked for, and what it answers bears units and words.

`AnalyticsService.models` is the way in. The models themselves, on plain frames, are in
`analytics_lib.models`.
"""
