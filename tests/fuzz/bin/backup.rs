#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| descope_mgmt_fuzz::backup(data));
