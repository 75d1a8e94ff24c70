"""Foreign data into canonical tables: `load` through SQL, `sample` from a seed, `publish` for both."""
