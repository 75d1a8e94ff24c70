-- Agents and companies are numbered apart, and 192 numbers occur as both: hence the prefixes.
-- An agent sells under several business models, so a partner has none here.
SELECT DISTINCT
    'agent-' || agent AS partner_id,
    'agency' AS kind
FROM source
WHERE agent IS NOT NULL
UNION ALL
SELECT DISTINCT
    'company-' || company,
    'corporate'
FROM source
WHERE company IS NOT NULL AND agent IS NULL
