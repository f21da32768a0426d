#!/bin/sh
# Runs once, when the Postgres image makes its cluster: the two roles and the database, as `npm start` makes them
# (local/ensure-database.ts). The owner migrates; the application owns nothing and may do what the migrations grant it.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" << 'SQL'
create role coffer_owner login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'owner_password';
create role coffer_app login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password :'app_password';
create database coffer owner coffer_owner;
revoke all on database coffer from public;
grant connect on database coffer to coffer_app;
SQL
