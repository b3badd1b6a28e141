___TERMS_OF_SERVICE___

Google's terms for templates hold where this file is imported.


___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Constat Consent Mode",
  "categories": [
    "UTILITY"
  ],
  "brand": {
    "id": "constat",
    "displayName": "Constat"
  },
  "description": "Denies what Google's tags may do until the visitor answers Constat's banner, and tells them each answer. Fire it on \"Consent Initialization - All Pages\". It loads nothing.",
  "containerContexts": [
    "WEB"
  ]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "TEXT",
    "name": "wait_for_update_ms",
    "displayName": "How long Google's tags wait for the visitor's stored choice, in milliseconds",
    "simpleValueType": true,
    "defaultValue": "500",
    "help": "wait_for_update_ms of the site file",
    "valueValidators": [
      {
        "type": "NON_NEGATIVE_NUMBER"
      }
    ]
  },
  {
    "type": "CHECKBOX",
    "name": "ads_data_redaction",
    "checkboxText": "While advertising is denied, send clicks on advertisements without what identifies them (ads_data_redaction)",
    "simpleValueType": true,
    "defaultValue": true
  },
  {
    "type": "CHECKBOX",
    "name": "url_passthrough",
    "checkboxText": "Pass clicks on advertisements on in the addresses of links instead of cookies (url_passthrough)",
    "simpleValueType": true,
    "defaultValue": false
  },
  {
    "type": "SIMPLE_TABLE",
    "name": "regions",
    "displayName": "Regions where something else holds before an answer; the same as in the site file",
    "newRowButtonText": "Add a region",
    "simpleTableColumns": [
      {
        "name": "codes",
        "type": "TEXT",
        "displayName": "Codes of ISO 3166-2, such as US, CA-QC",
        "defaultValue": "",
        "isUnique": true,
        "valueValidators": [
          {
            "type": "REGEX",
            "args": [
              "^[A-Z]{2}(-[A-Z0-9]{1,3})?( *, *[A-Z]{2}(-[A-Z0-9]{1,3})?)*$"
            ]
          }
        ]
      },
      {
        "name": "granted",
        "type": "TEXT",
        "displayName": "What is granted there, such as analytics_storage, ad_storage",
        "defaultValue": "",
        "valueValidators": [
          {
            "type": "REGEX",
            "args": [
              "^((ad_storage|ad_user_data|ad_personalization|analytics_storage|functionality_storage|personalization_storage)( *, *(ad_storage|ad_user_data|ad_personalization|analytics_storage|functionality_storage|personalization_storage))*)?$"
            ]
          }
        ]
      },
      {
        "name": "denied",
        "type": "TEXT",
        "displayName": "What a part of a country denies where the country grants it",
        "defaultValue": "",
        "valueValidators": [
          {
            "type": "REGEX",
            "args": [
              "^((ad_storage|ad_user_data|ad_personalization|analytics_storage|functionality_storage|personalization_storage)( *, *(ad_storage|ad_user_data|ad_personalization|analytics_storage|functionality_storage|personalization_storage))*)?$"
            ]
          }
        ]
      }
    ]
  }
]


___SANDBOXED_JS_FOR_WEB_TEMPLATE___

// Constat's loader runs before or after this tag. Whoever comes first says the default:
// - this one: it leaves a function, by which the loader tells each choice;
// - the loader: it leaves `true`, and tells each choice itself.
const copyFromWindow = require('copyFromWindow');
const gtagSet = require('gtagSet');
const makeNumber = require('makeNumber');
const setDefaultConsentState = require('setDefaultConsentState');
const setInWindow = require('setInWindow');
const updateConsentState = require('updateConsentState');

const SPEAKER = 'constatConsentMode';

// The lists are written with commas.
const list = (text) => (text || '').split(',').map((part) => part.trim()).filter((part) => part);

const begin = () => {
  const wait = makeNumber(data.wait_for_update_ms) || 0;
  setDefaultConsentState({
    ad_storage: 'denied',
    ad_user_data: 'denied',
    ad_personalization: 'denied',
    analytics_storage: 'denied',
    functionality_storage: 'denied',
    personalization_storage: 'denied',
    security_storage: 'granted',
    wait_for_update: wait
  });
  (data.regions || []).forEach((row) => {
    // What is granted there waits for the choice like the rest.
    const differs = {region: list(row.codes), wait_for_update: wait};
    list(row.granted).forEach((type) => {
      differs[type] = 'granted';
    });
    list(row.denied).forEach((type) => {
      differs[type] = 'denied';
    });
    setDefaultConsentState(differs);
  });
  if (data.ads_data_redaction) gtagSet({ads_data_redaction: true});
  if (data.url_passthrough) gtagSet({url_passthrough: true});
  setInWindow(SPEAKER, (state) => {
    updateConsentState(state);
  }, true);
};

// A second container on the page finds the function of the first.
if (!copyFromWindow(SPEAKER)) begin();
data.gtmOnSuccess();


___WEB_PERMISSIONS___

[
  {
    "instance": {
      "key": {"publicId": "access_globals", "versionId": "1"},
      "param": [{
        "key": "keys",
        "value": {
          "type": 2,
          "listItem": [
            {"type": 3, "mapKey": [{"type": 1, "string": "key"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}, {"type": 1, "string": "execute"}], "mapValue": [{"type": 1, "string": "constatConsentMode"}, {"type": 8, "boolean": true}, {"type": 8, "boolean": true}, {"type": 8, "boolean": false}]}
          ]
        }
      }]
    },
    "clientAnnotations": {"isEditedByUser": true},
    "isRequired": true
  },
  {
    "instance": {
      "key": {"publicId": "access_consent", "versionId": "1"},
      "param": [{
        "key": "consentTypes",
        "value": {
          "type": 2,
          "listItem": [
            {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "ad_storage"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
            {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "ad_user_data"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
            {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "ad_personalization"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
            {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "analytics_storage"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
            {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "functionality_storage"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
            {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "personalization_storage"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]},
            {"type": 3, "mapKey": [{"type": 1, "string": "consentType"}, {"type": 1, "string": "read"}, {"type": 1, "string": "write"}], "mapValue": [{"type": 1, "string": "security_storage"}, {"type": 8, "boolean": false}, {"type": 8, "boolean": true}]}
          ]
        }
      }]
    },
    "clientAnnotations": {"isEditedByUser": true},
    "isRequired": true
  },
  {
    "instance": {
      "key": {"publicId": "write_data_layer", "versionId": "1"},
      "param": [{
        "key": "keyPatterns",
        "value": {
          "type": 2,
          "listItem": [
            {"type": 1, "string": "ads_data_redaction"},
            {"type": 1, "string": "url_passthrough"}
          ]
        }
      }]
    },
    "clientAnnotations": {"isEditedByUser": true},
    "isRequired": true
  }
]


___TESTS___

scenarios:
- name: Everything but security_storage is denied, once
  code: |-
    runCode(mockData);

    assertThat(defaults).isEqualTo([denied]);
    assertApi('gtagSet').wasCalledWith({ads_data_redaction: true});
    assertThat(sets.length).isEqualTo(1);
    assertApi('updateConsentState').wasNotCalled();
    assertApi('gtmOnSuccess').wasCalled();
- name: Each region has one more default
  code: |-
    mockData.regions = [
      {codes: 'US, CA-QC', granted: 'analytics_storage , ad_storage'},
      {codes: 'US-CA', granted: '', denied: 'ad_storage'},
      {codes: 'BR', granted: 'functionality_storage', denied: ''}
    ];
    runCode(mockData);

    assertThat(defaults).isEqualTo([
      denied,
      {region: ['US', 'CA-QC'], wait_for_update: 500, analytics_storage: 'granted', ad_storage: 'granted'},
      {region: ['US-CA'], wait_for_update: 500, ad_storage: 'denied'},
      {region: ['BR'], wait_for_update: 500, functionality_storage: 'granted'}
    ]);
- name: The options are set as they are ticked
  code: |-
    mockData.ads_data_redaction = false;
    mockData.url_passthrough = true;
    runCode(mockData);

    assertThat(sets).isEqualTo([{url_passthrough: true}]);
- name: The loader tells each choice by the function
  code: |-
    runCode(mockData);
    const state = {ad_storage: 'granted', security_storage: 'granted'};
    left.constatConsentMode(state);

    assertThat(updates).isEqualTo([state]);
    assertThat(defaults.length).isEqualTo(1);
- name: A loader that has begun speaks itself
  code: |-
    left.constatConsentMode = true;
    runCode(mockData);

    assertThat(defaults.length + sets.length).isEqualTo(0);
    assertApi('setInWindow').wasNotCalled();
    assertApi('gtmOnSuccess').wasCalled();
- name: A second container says no second default
  code: |-
    runCode(mockData);
    runCode(mockData);

    assertThat(defaults.length).isEqualTo(1);
    assertThat(sets.length).isEqualTo(1);
setup: |-
  const mockData = {wait_for_update_ms: '500', ads_data_redaction: true, url_passthrough: false};
  const denied = {
    ad_storage: 'denied',
    ad_user_data: 'denied',
    ad_personalization: 'denied',
    analytics_storage: 'denied',
    functionality_storage: 'denied',
    personalization_storage: 'denied',
    security_storage: 'granted',
    wait_for_update: 500
  };
  const defaults = [];
  const sets = [];
  const updates = [];
  const left = {};
  mock('setDefaultConsentState', (state) => {
    defaults.push(state);
  });
  mock('gtagSet', (options) => {
    sets.push(options);
  });
  mock('updateConsentState', (state) => {
    updates.push(state);
  });
  mock('copyFromWindow', (key) => left[key]);
  mock('setInWindow', (key, value) => {
    left[key] = value;
    return true;
  });


___NOTES___

Part of Constat. How it is used: docs/consent-mode.md in Constat's repository.
