/** What each cell counted in an hour, without what is marked as suspect: a row for each pair. */
export const ATTACHES = `
  SELECT hour, replace(md_mi_meas_obj_ldn, 'Cell=', '') AS cell,
         CAST(sum(md_mi_meas_value) FILTER (WHERE md_mi_meas_name = 'MM.AttachAttempts') AS bigint) AS attempts,
         CAST(sum(md_mi_meas_value) FILTER (WHERE md_mi_meas_name = 'MM.AttachSuccess') AS bigint) AS success,
         CAST(sum(md_mi_meas_value) FILTER (WHERE md_mi_meas_name = 'MM.AttachAborts') AS bigint) AS aborts
  FROM counters
  WHERE day = '2020-01-20' AND md_mi_meas_obj_ldn LIKE 'Cell=gsm%' AND md_mi_meas_name LIKE 'MM.Attach%'
        AND md_mi_meas_suspect IS NOT true
  GROUP BY 1, 2 ORDER BY 1, 2`;

/** The example file: who vouches for it, and what could not be measured. */
export const HARBOUR = `
  SELECT md_mi_meas_obj_ldn AS cell, md_mi_meas_suspect AS suspect, count(*) AS counters,
         count(md_mi_meas_value) AS measured, sum(md_mi_meas_value) AS total
  FROM counters
  WHERE day = '2020-01-20' AND hour = '08' AND md_me_user_label = 'North & harbour' AND md_mi_meas_p IS NULL
  GROUP BY 1, 2 ORDER BY 1`;

/** Rows of files that were put into the bucket. */
export const DROPPED = `
  SELECT count(DISTINCT md_mi_meas_obj_ldn) AS cells, count(*) AS counters, count(md_mi_meas_value) AS measured,
         sum(md_mi_meas_value) AS total
  FROM counters_dropped`;

export const LARGE_FILE = `
  SELECT count(*) AS counters, count(DISTINCT md_mi_meas_name) AS names, max(md_mi_meas_p) AS highest
  FROM counters WHERE md_mi_meas_info_id = 'all'`;

/** The same rows as CSV, of which a reader knows the order of columns and nothing else. */
export const CSV_TABLE = `
  CREATE EXTERNAL TABLE counters_csv (
    fh_file_format_version string, fh_vendor_name string, fh_dn_prefix string, fh_fs_local_dn string,
    fh_fs_element_type string, fh_mc_begin_time string, ff_mc_end_time string, md_me_local_dn string,
    md_me_user_label string, md_me_sw_version string, md_mi_meas_info_id string, md_mi_job_jobid string,
    md_mi_gp_duration string, md_mi_gp_end_time string, md_mi_rp_duration string, md_mi_meas_obj_ldn string,
    md_mi_meas_name string, md_mi_meas_value string, md_mi_meas_p string, md_mi_meas_suspect string)
  PARTITIONED BY (day string, hour string)
  ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
  LOCATION 's3://lake/raw_transform_csv/'`;

/** Rows of one table that the other does not have, as often as it has them. An empty field of CSV is read as null. */
export const DIFFERENCES = `
  WITH parquet AS (
    SELECT day, hour, fh_vendor_name, fh_fs_local_dn, md_me_user_label, md_mi_meas_obj_ldn, md_mi_meas_name,
           md_mi_meas_value, md_mi_meas_p, md_mi_meas_suspect
    FROM counters),
  csv AS (
    SELECT day, hour, coalesce(fh_vendor_name, ''), coalesce(fh_fs_local_dn, ''), coalesce(md_me_user_label, ''),
           md_mi_meas_obj_ldn, md_mi_meas_name,
           CAST(md_mi_meas_value AS double), CAST(md_mi_meas_p AS integer), CAST(md_mi_meas_suspect AS boolean)
    FROM counters_csv)
  SELECT (SELECT count(*) FROM parquet) AS parquet, (SELECT count(*) FROM csv) AS csv,
         (SELECT count(*) FROM (SELECT * FROM parquet EXCEPT ALL SELECT * FROM csv)) AS only_parquet,
         (SELECT count(*) FROM (SELECT * FROM csv EXCEPT ALL SELECT * FROM parquet)) AS only_csv`;
