//! Reads the members of an object by name and type, and says clearly what is wrong with it.

use crate::json::Json;

pub(crate) type Result<T> = std::result::Result<T, String>;

/// An object whose members are taken one by one; what nobody has asked for is an error in the end.
pub(crate) struct Fields<'a> {
    path: String,
    members: Vec<(&'a str, &'a Json)>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(path: impl Into<String>, json: &'a Json) -> Result<Self> {
        let path = path.into();
        match json {
            Json::Object(members) => Ok(Self {
                path,
                members: members
                    .iter()
                    .map(|(key, value)| (key.as_str(), value))
                    .collect(),
            }),
            other => Err(format!("{path}: expected an object, found {other}")),
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The member `key`, null if it is null or absent.
    pub(crate) fn take(&mut self, key: &str) -> &'a Json {
        match self.members.iter().position(|(known, _)| *known == key) {
            Some(index) => self.members.swap_remove(index).1,
            None => &Json::Null,
        }
    }

    fn wrong<T>(&self, key: &str, expected: &str, found: &Json) -> Result<T> {
        Err(format!(
            "{}.{key}: expected {expected}, found {found}",
            self.path
        ))
    }

    pub(crate) fn text(&mut self, key: &str) -> Result<String> {
        match self.opt_text(key)? {
            Some(text) => Ok(text),
            None => self.wrong(key, "a string", &Json::Null),
        }
    }

    pub(crate) fn opt_text(&mut self, key: &str) -> Result<Option<String>> {
        match self.take(key) {
            Json::Null => Ok(None),
            Json::Str(text) => Ok(Some(text.clone())),
            other => self.wrong(key, "a string", other),
        }
    }

    pub(crate) fn flag(&mut self, key: &str) -> Result<bool> {
        match self.take(key) {
            Json::Null => Ok(false),
            Json::Bool(flag) => Ok(*flag),
            other => self.wrong(key, "true or false", other),
        }
    }

    /// A whole number that fits `T`.
    pub(crate) fn number<T: TryFrom<i128>>(&mut self, key: &str) -> Result<T> {
        match self.opt_number(key)? {
            Some(number) => Ok(number),
            None => self.wrong(key, "a whole number", &Json::Null),
        }
    }

    pub(crate) fn opt_number<T: TryFrom<i128>>(&mut self, key: &str) -> Result<Option<T>> {
        let found = self.take(key);
        match found {
            Json::Null => Ok(None),
            Json::Int(value) => match T::try_from(*value) {
                Ok(number) => Ok(Some(number)),
                Err(_) => self.wrong(key, &format!("a {}", std::any::type_name::<T>()), found),
            },
            other => self.wrong(key, "a whole number", other),
        }
    }

    /// The items of an array, none if it is null or absent.
    pub(crate) fn items(&mut self, key: &str) -> Result<&'a [Json]> {
        match self.take(key) {
            Json::Null => Ok(&[]),
            Json::Array(items) => Ok(items),
            other => self.wrong(key, "an array", other),
        }
    }

    /// The members of an object, none if it is null or absent.
    pub(crate) fn members(&mut self, key: &str) -> Result<&'a [(String, Json)]> {
        match self.take(key) {
            Json::Null => Ok(&[]),
            Json::Object(members) => Ok(members),
            other => self.wrong(key, "an object", other),
        }
    }

    /// Nothing else may be there.
    pub(crate) fn end(self) -> Result<()> {
        match self.members.first() {
            None => Ok(()),
            Some((key, _)) => Err(format!("{}: unknown field `{key}`", self.path)),
        }
    }
}
