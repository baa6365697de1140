"""Where backups are kept: folders and media, buckets, WebDAV; what is plugged in and what can be reached."""
