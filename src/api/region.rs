//! A project id → the host that serves it.

/// The base URL of a project's region: ids of 32 characters or more name it behind the first letter (Base URL).
pub fn default_base_url(project_id: &str) -> String {
    let region = project_id.get(1..5).filter(|_| project_id.chars().count() >= 32);
    match region.filter(|region| region.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        Some(region) => format!("https://api.{region}.descope.com"),
        None => "https://api.descope.com".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_ids_name_a_region() {
        assert_eq!(default_base_url("P2abcdefghijklmnopqrstuvwxyz"), "https://api.descope.com");
        assert_eq!(default_base_url("Puse12abcdefghijklmnopqrstuvwxyz"), "https://api.use1.descope.com");
        assert_eq!(default_base_url(""), "https://api.descope.com");
        assert_eq!(default_base_url("P/../2abcdefghijklmnopqrstuvwxyz"), "https://api.descope.com");
        assert_eq!(default_base_url("Pä€ü2abcdefghijklmnopqrstuvwxyzäöü"), "https://api.descope.com");
    }
}
