-- The API starts workflows too and gives them their organization as a search attribute.
GRANT EXECUTE ON FUNCTION petra.org_of_tenant TO petra_app;
