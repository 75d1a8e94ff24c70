SELECT DISTINCT
    hotel AS product_id,
    hotel AS name,
    'hotel' AS kind
FROM source
