//! `latest`, an id or the beginning of one → the id of a backup.

use super::super::{Error, State, audit::begins_like};

/// The word for the newest backup.
const LATEST: &str = "latest";

impl State {
    /// The id of the backup that `text` means: `latest`, an id, or the beginning of only one.
    ///
    /// # Errors
    /// None, or several, are meant; or the folder cannot be read.
    pub fn find_backup(&self, project: &str, text: &str) -> Result<String, Error> {
        let ids = self.list_backups(project)?;
        let missing = || Error::NoBackup { project: project.to_owned(), id: text.to_owned() };
        if text == LATEST {
            return ids
                .into_iter()
                .next_back()
                .ok_or_else(|| Error::NoBackups { project: project.to_owned() });
        }
        let mut meant: Vec<String> = ids.into_iter().filter(|id| begins_like(id, text)).collect();
        if let Some(at) = meant.iter().position(|id| id.eq_ignore_ascii_case(text)) {
            return Ok(meant.swap_remove(at));
        }
        if text.is_empty() || meant.len() > 1 {
            return Err(Error::ambiguous("backup", text, meant.into_iter()));
        }
        meant.pop().ok_or_else(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{super::tests::state, tests::backup};

    #[test]
    fn a_backup_is_found_by_id_by_the_beginning_of_one_and_as_the_latest() {
        let (_folder, state) = state();
        assert_eq!(state.find_backup("P1", "latest").unwrap_err().code(), "no_backups");
        for id in ["01AA", "01AB", "01AB7", "01B"] {
            state.write_backup(&backup(id)).unwrap();
        }
        for (text, id) in
            [("latest", "01B"), ("01AA", "01AA"), ("01AB", "01AB"), ("01ab7", "01AB7"), ("01B", "01B")]
        {
            assert_eq!(state.find_backup("P1", text).unwrap(), id, "{text}");
        }
        assert_eq!(state.find_backup("P1", "01C").unwrap_err().code(), "backup_not_found");
        let several = state.find_backup("P1", "01A").unwrap_err();
        assert_eq!(several.code(), "id_ambiguous");
        assert!(several.to_string().contains("01AA, 01AB, 01AB7"), "{several}");
        assert_eq!(state.find_backup("P1", "").unwrap_err().code(), "id_ambiguous");
        assert_eq!(state.find_backup("P1", "01b").unwrap(), "01B");
        // The beginning that one alone has is enough.
        state.write_backup(&backup("02CDE")).unwrap();
        assert_eq!(state.find_backup("P1", "02").unwrap(), "02CDE");
        state.delete_backup("P1", "02CDE").unwrap();
        state.delete_backup("P1", "02CDE").unwrap();
        assert_eq!(state.find_backup("P1", "02").unwrap_err().code(), "backup_not_found");
    }
}
