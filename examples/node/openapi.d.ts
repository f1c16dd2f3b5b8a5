// Written by npm run openapi.
export interface paths {
    "/v3/eduschoolpay/contracts/presign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pre-sign a campus easy-pay contract for a student account */
        post: operations["eduschoolpayContractsPresign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/ecommerce/individual-contracts/pre-entrust-sign-with-real-name-identity/mini-program": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pre-sign an individual payee, with a check of the real name */
        post: operations["individualContractsPreEntrustSign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/vehicle/etc/preopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pre-open automatic ETC toll payment for a vehicle owner */
        post: operations["vehicleEtcPreopen"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/eduschoolpay/contracts/{contract_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Look up a campus easy-pay contract */
        get: operations["eduschoolpayContractById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/eduschoolpay/contracts/{contract_id}/terminate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a campus easy-pay contract */
        post: operations["eduschoolpayContractTerminate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/eduschoolpay/users/{openid}/contracts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a user's campus easy-pay contracts */
        get: operations["eduschoolpayContractsByUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/ecommerce/individual-contracts/out-contract-code/{out_contract_code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Look up an individual payee's contract by the platform's own number */
        get: operations["individualContractByCode"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/ecommerce/individual-contracts/{openid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Look up whether a user is an individual payee */
        get: operations["individualContractByOpenid"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/vehicle/etc/contracts/{contract_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Look up an ETC contract */
        get: operations["vehicleEtcContractById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/vehicle/etc/users/{openid}/contracts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Look up the ETC contract of a user's vehicle */
        get: operations["vehicleEtcContractByUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        EduschoolpayContractsPresignRequest: {
            /**
             * @description AppID bound to the merchant. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example wx8888888888888888
             */
            appid: string;
            /**
             * @description The user's id under appid. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example oUpF8uMuAJOM2pxb1Q
             */
            openid: string;
            /**
             * @description Signing template; WeChat Pay refuses one that is not of this school_id. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example 101164396123311331
             */
            plan_id: string;
            /**
             * @description Account in the school, such as the student number; shown on the signing page.
             * @example 20200330tony
             */
            user_id: string;
            /**
             * @description School, as WeChat Pay numbers it. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example 18260256813396
             */
            school_id: string;
            /**
             * @description The merchant's own contract number, unique within a plan_id.
             * @example 20190806125346
             */
            out_contract_code: string;
            /**
             * @description DEFAULT: any card or balance. LIMIT_BANK_CARD: that card only. PRIORITY_BANK_CARD: it first.
             * @example LIMIT_BANK_CARD
             * @enum {string}
             */
            contract_mode?: "DEFAULT" | "LIMIT_BANK_CARD" | "PRIORITY_BANK_CARD";
            /**
             * @description Whether to fall back to DEFAULT when the card cannot be used.
             * @example true
             */
            downgrade_default_contract?: boolean;
            identity?: {
                /**
                 * @description The user's name. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end. Personal data: sent to WeChat Pay encrypted, never logged. Plaintext of at most 214 bytes of UTF-8.
                 * @example 张三
                 */
                real_name: string;
                /**
                 * @description Kind of identity document: IDENTITY_CARD. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example IDENTITY_CARD
                 */
                credential_type: string;
                /**
                 * @description Number of the identity document. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end. Personal data: sent to WeChat Pay encrypted, never logged. Plaintext of at most 214 bytes of UTF-8.
                 * @example 11010119900307757X
                 */
                id_card_number?: string;
            };
            bank_card?: {
                /**
                 * @description Card number. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end. Personal data: sent to WeChat Pay encrypted, never logged. Plaintext of at most 214 bytes of UTF-8.
                 * @example 6222021234567890128
                 */
                bank_card_no: string;
                /**
                 * @description Expiry, MM/yy.
                 * @example 08/28
                 */
                valid_thru?: string;
                /**
                 * @description Mobile number the bank knows. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end. Personal data: sent to WeChat Pay encrypted, never logged. Plaintext of at most 214 bytes of UTF-8.
                 * @example 13800138000
                 */
                phone?: string;
                /**
                 * @description WeChat Pay's code of the bank. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example CMC
                 */
                bank_type?: string;
            };
        };
        EduschoolpayContractsPresignEncryptedRequest: {
            /**
             * @description AppID bound to the merchant. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example wx8888888888888888
             */
            appid: string;
            /**
             * @description The user's id under appid. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example oUpF8uMuAJOM2pxb1Q
             */
            openid: string;
            /**
             * @description Signing template; WeChat Pay refuses one that is not of this school_id. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example 101164396123311331
             */
            plan_id: string;
            /**
             * @description Account in the school, such as the student number; shown on the signing page.
             * @example 20200330tony
             */
            user_id: string;
            /**
             * @description School, as WeChat Pay numbers it. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example 18260256813396
             */
            school_id: string;
            /**
             * @description The merchant's own contract number, unique within a plan_id.
             * @example 20190806125346
             */
            out_contract_code: string;
            /**
             * @description DEFAULT: any card or balance. LIMIT_BANK_CARD: that card only. PRIORITY_BANK_CARD: it first.
             * @example LIMIT_BANK_CARD
             * @enum {string}
             */
            contract_mode?: "DEFAULT" | "LIMIT_BANK_CARD" | "PRIORITY_BANK_CARD";
            /**
             * @description Whether to fall back to DEFAULT when the card cannot be used.
             * @example true
             */
            downgrade_default_contract?: boolean;
            identity?: {
                /** @description base64 of the value encrypted with the key that Wechatpay-Serial names (RSAES-OAEP with SHA-1). */
                real_name: string;
                /**
                 * @description Kind of identity document: IDENTITY_CARD. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example IDENTITY_CARD
                 */
                credential_type: string;
                /** @description base64 of the value encrypted with the key that Wechatpay-Serial names (RSAES-OAEP with SHA-1). */
                id_card_number?: string;
            };
            bank_card?: {
                /** @description base64 of the value encrypted with the key that Wechatpay-Serial names (RSAES-OAEP with SHA-1). */
                bank_card_no: string;
                /**
                 * @description Expiry, MM/yy.
                 * @example 08/28
                 */
                valid_thru?: string;
                /** @description base64 of the value encrypted with the key that Wechatpay-Serial names (RSAES-OAEP with SHA-1). */
                phone?: string;
                /**
                 * @description WeChat Pay's code of the bank. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example CMC
                 */
                bank_type?: string;
            };
        };
        EduschoolpayContractsPresignAnswer: {
            /**
             * @description Valid for two hours; pass it to WeChat Pay's signing mini-program as extraData.presign_token.
             * @example 0044de6c799739c2e8534b
             */
            presign_token: string;
            /** @description What the merchant's mini-program or app needs next, as it is: docs/contracts.md. */
            launch: {
                /**
                 * @description WeChat Pay's mini-program.
                 * @example wxfb66fbe7068ae9cd
                 * @enum {string}
                 */
                appId: "wxfb66fbe7068ae9cd";
                /**
                 * @description Its page.
                 * @example pages/index/index
                 * @enum {string}
                 */
                path: "pages/index/index";
                extraData: {
                    /**
                     * @description Valid for two hours; pass it to WeChat Pay's signing mini-program as extraData.presign_token.
                     * @example 0044de6c799739c2e8534b
                     */
                    presign_token: string;
                } & {
                    [key: string]: unknown;
                };
            } & {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        IndividualContractsPreEntrustSignRequest: {
            /**
             * @description AppID for signing and paying. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example wxd678efh567h23787
             */
            appid: string;
            /**
             * @description The platform's own contract number, unique within the platform.
             * @example APPLYMENT_00000000001
             */
            out_contract_code: string;
            /**
             * @description The payee's id under appid. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example oUpF8uMuAJO_M2pxb1Q9zNjWeS6o
             */
            openid: string;
            /**
             * @description The payee's name, as WeChat knows it. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end. Personal data: sent to WeChat Pay encrypted, never logged. Plaintext of at most 214 bytes of UTF-8.
             * @example 张三
             */
            real_name: string;
            /**
             * @description Kind of identity document.
             * @example ID_CARD
             * @enum {string}
             */
            cred_type: "ID_CARD";
            /**
             * @description Number of the identity document. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end. Personal data: sent to WeChat Pay encrypted, never logged. Plaintext of at most 214 bytes of UTF-8.
             * @example 11010119900307757X
             */
            cred_id: string;
        };
        IndividualContractsPreEntrustSignEncryptedRequest: {
            /**
             * @description AppID for signing and paying. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example wxd678efh567h23787
             */
            appid: string;
            /**
             * @description The platform's own contract number, unique within the platform.
             * @example APPLYMENT_00000000001
             */
            out_contract_code: string;
            /**
             * @description The payee's id under appid. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example oUpF8uMuAJO_M2pxb1Q9zNjWeS6o
             */
            openid: string;
            /** @description base64 of the value encrypted with the key that Wechatpay-Serial names (RSAES-OAEP with SHA-1). */
            real_name: string;
            /**
             * @description Kind of identity document.
             * @example ID_CARD
             * @enum {string}
             */
            cred_type: "ID_CARD";
            /** @description base64 of the value encrypted with the key that Wechatpay-Serial names (RSAES-OAEP with SHA-1). */
            cred_id: string;
        };
        IndividualContractsPreEntrustSignAnswer: {
            /**
             * @description Opens WeChat Pay's signing page; use it within minutes.
             * @example 1121_9f3cec22a2d367737674d08d98e5e07b8388495fafedc0eba83c327e8ad720ed_12bfdd59b387c4bff8543de4719a886a
             */
            pre_entrustweb_id: string;
            /** @description What the merchant's mini-program or app needs next, as it is: docs/contracts.md. */
            launch: {
                /**
                 * @description The merchant that signs.
                 * @example 1900000001
                 */
                mchid: string;
                /**
                 * @description That of the request.
                 * @example wxd678efh567h23787
                 */
                appid: string;
                /**
                 * @description What is to be opened.
                 * @example preEntrustwebId=1121_9f3c&outContractCode=APPLYMENT_00000000001&permissionType=INDIVIDUAL_PAYEE
                 */
                package: string;
                /**
                 * @description Unix seconds. WeChat must be opened within two minutes of the pre-sign.
                 * @example 1795766400
                 */
                timeStamp: string;
                /**
                 * @description Random.
                 * @example 593BEC0C930BF1AFEB40B4A08C8FB242
                 */
                nonceStr: string;
                /**
                 * @description SHA-256 with RSA.
                 * @example RSA
                 * @enum {string}
                 */
                signType: "RSA";
                /**
                 * @description Serial of the merchant's certificate.
                 * @example 5157F09EFDC096DE15EBE81A47057A7232F1B8E1
                 */
                certSerialNo: string;
                /**
                 * @description base64, made with the merchant's key in KMS.
                 * @example aGVsbG8=
                 */
                signature: string;
            } & {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        VehicleEtcPreopenRequest: {
            /**
             * @description The service provider's AppID. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example wx47c677487ce3ac47
             */
            sp_appid: string;
            /**
             * @description The sub-merchant's AppID. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example wxcbda96de0b165489
             */
            sub_appid?: string;
            /**
             * @description The sub-merchant's number. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example 1510770601
             */
            sub_mchid?: string;
            /**
             * @description The user's id under sp_appid or sub_appid. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example ot35_4gNgXsUuh2sQY0lT9N08AU0
             */
            openid: string;
            /**
             * @description ETC authorisation template, issued by WeChat Pay. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example 97619
             */
            plan_id: string;
            /**
             * @description Number of the ETC device. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example xxxxxxx
             */
            etc_device_id?: string;
            /**
             * @description Number plate. Optional here, but the later query by the user's openid asks for it. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example 藏ZZZZZZ
             */
            plate_number?: string;
            identify: {
                /**
                 * @description The user's name. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end. Personal data: sent to WeChat Pay encrypted, never logged. Plaintext of at most 214 bytes of UTF-8.
                 * @example 张三
                 */
                encrypted_real_name: string;
                /**
                 * @description Number of the identity document. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end. Personal data: sent to WeChat Pay encrypted, never logged. Plaintext of at most 214 bytes of UTF-8.
                 * @example 11010119900307757X
                 */
                encrypted_credential_id: string;
                /**
                 * @description Kind of identity document: ID_CARD. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example ID_CARD
                 */
                credential_type: string;
            };
            /**
             * @description Card to charge. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end. Personal data: sent to WeChat Pay encrypted, never logged. Plaintext of at most 214 bytes of UTF-8.
             * @example 6222021234567890128
             */
            bank_card_no?: string;
        };
        VehicleEtcPreopenEncryptedRequest: {
            /**
             * @description The service provider's AppID. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example wx47c677487ce3ac47
             */
            sp_appid: string;
            /**
             * @description The sub-merchant's AppID. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example wxcbda96de0b165489
             */
            sub_appid?: string;
            /**
             * @description The sub-merchant's number. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example 1510770601
             */
            sub_mchid?: string;
            /**
             * @description The user's id under sp_appid or sub_appid. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example ot35_4gNgXsUuh2sQY0lT9N08AU0
             */
            openid: string;
            /**
             * @description ETC authorisation template, issued by WeChat Pay. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example 97619
             */
            plan_id: string;
            /**
             * @description Number of the ETC device. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example xxxxxxx
             */
            etc_device_id?: string;
            /**
             * @description Number plate. Optional here, but the later query by the user's openid asks for it. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
             * @example 藏ZZZZZZ
             */
            plate_number?: string;
            identify: {
                /** @description base64 of the value encrypted with the key that Wechatpay-Serial names (RSAES-OAEP with SHA-1). */
                encrypted_real_name: string;
                /** @description base64 of the value encrypted with the key that Wechatpay-Serial names (RSAES-OAEP with SHA-1). */
                encrypted_credential_id: string;
                /**
                 * @description Kind of identity document: ID_CARD. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example ID_CARD
                 */
                credential_type: string;
            };
            /** @description base64 of the value encrypted with the key that Wechatpay-Serial names (RSAES-OAEP with SHA-1). */
            bank_card_no?: string;
        };
        VehicleEtcPreopenAnswer: {
            /**
             * @description Pass it to the car-owner mini-program as extraData.preopen_id.
             * @example sdjf23kdsHJfdksj8djsK98HJio5hdI0
             */
            preopen_id: string;
            /** @description What the merchant's mini-program or app needs next, as it is: docs/contracts.md. */
            launch: {
                /**
                 * @description WeChat Pay's mini-program.
                 * @example wxbcad394b3d99dac9
                 * @enum {string}
                 */
                appId: "wxbcad394b3d99dac9";
                /**
                 * @description Its page.
                 * @example pages/etc/index
                 * @enum {string}
                 */
                path: "pages/etc/index";
                extraData: {
                    /**
                     * @description Pass it to the car-owner mini-program as extraData.preopen_id.
                     * @example sdjf23kdsHJfdksj8djsK98HJio5hdI0
                     */
                    preopen_id: string;
                } & {
                    [key: string]: unknown;
                };
            } & {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        EduschoolpayContractByIdAnswer: {
            /**
             * @description The contract.
             * @example 2045011120563805041758214605
             */
            contract_id: string;
            /**
             * @description The merchant.
             * @example 1900000001
             */
            mchid: string;
            /**
             * @description The merchant's AppID.
             * @example wx8888888888888888
             */
            appid: string;
            /**
             * @description The user's id under appid.
             * @example oUpF8uMuAJOM2pxb1Q
             */
            openid: string;
            /**
             * @description Signing template.
             * @example 101164396123311331
             */
            plan_id: string;
            /**
             * @description ADD (signed) or DELETE (ended).
             * @example ADD
             */
            contract_status: string;
            /**
             * @description When it was signed, RFC 3339.
             * @example 2026-09-01T09:43:39+08:00
             */
            create_time: string;
            /**
             * @description The merchant's own contract number.
             * @example 20190806125346
             */
            out_contract_code: string;
        } & {
            [key: string]: unknown;
        };
        EduschoolpayContractsByUserAnswer: {
            data?: ({
                /**
                 * @description The contract.
                 * @example 2045011120563805041758214605
                 */
                contract_id: string;
                /**
                 * @description The merchant.
                 * @example 1900000001
                 */
                mchid: string;
                /**
                 * @description The merchant's AppID.
                 * @example wx8888888888888888
                 */
                appid: string;
                /**
                 * @description The user's id under appid.
                 * @example oUpF8uMuAJOM2pxb1Q
                 */
                openid: string;
                /**
                 * @description Signing template.
                 * @example 101164396123311331
                 */
                plan_id: string;
                /**
                 * @description ADD (signed) or DELETE (ended).
                 * @example ADD
                 */
                contract_status: string;
                /**
                 * @description When it was signed, RFC 3339.
                 * @example 2026-09-01T09:43:39+08:00
                 */
                create_time: string;
                /**
                 * @description The merchant's own contract number.
                 * @example 20190806125346
                 */
                out_contract_code: string;
            } & {
                [key: string]: unknown;
            })[];
            /**
             * @description Where the page begins.
             * @example 0
             */
            offset: number;
            /**
             * @description How many contracts it has at most.
             * @example 20
             */
            limit: number;
            /**
             * @description How many contracts there are.
             * @example 1
             */
            total_count: number;
            links: {
                /**
                 * @description Path and query of this page.
                 * @example /v3/eduschoolpay/users/oUpF8uMuAJOM2pxb1Q/contracts?offset=0&limit=20
                 */
                self: string;
                /**
                 * @description Those of the next page, if there is one.
                 * @example /v3/eduschoolpay/users/oUpF8uMuAJOM2pxb1Q/contracts?offset=20&limit=20
                 */
                next?: string;
                /**
                 * @description Those of the page before, if there is one.
                 * @example /v3/eduschoolpay/users/oUpF8uMuAJOM2pxb1Q/contracts?offset=0&limit=20
                 */
                prev?: string;
            } & {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        IndividualContractByCodeAnswer: {
            /**
             * @description What orders for this payee name.
             * @example 1900000109
             */
            individual_auth_id?: string;
            /**
             * @description When it was signed, RFC 3339.
             * @example 2026-06-08T10:34:56+08:00
             */
            signed_time?: string;
            /**
             * @description AUTHORIZED or UNAUTHORIZED.
             * @example AUTHORIZED
             */
            auth_state: string;
            /**
             * @description The payee's id under appid.
             * @example oUpF8uMuAJO_M2pxb1Q9zNjWeS6o
             */
            individual_openid?: string;
            real_name_auth_result?: {
                /**
                 * @description pay_realname.
                 * @example pay_realname
                 */
                scope: string;
                /**
                 * @description A credential: keep it, and log it nowhere.
                 * @example ACCESS_TOKEN
                 */
                access_token: string;
                /**
                 * @description Until when it is good, RFC 3339.
                 * @example 2026-06-08T12:34:56+08:00
                 */
                access_token_expire_time: string;
            } & {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        IndividualContractByOpenidAnswer: {
            /**
             * @description What orders for this payee name.
             * @example 1900000109
             */
            individual_auth_id: string;
            /**
             * @description When that came about, RFC 3339.
             * @example 2026-06-08T10:34:56+08:00
             */
            operation_time: string;
            /**
             * @description AUTHORIZED or UNAUTHORIZED.
             * @example AUTHORIZED
             */
            auth_state: string;
        } & {
            [key: string]: unknown;
        };
        VehicleEtcContractByIdAnswer: {
            /**
             * @description AppID that began the signing.
             * @example wxcbda96de0b165486
             */
            appid: string;
            /**
             * @description The service provider's number.
             * @example 1900000001
             */
            sp_mchid: string;
            /**
             * @description The user's id under appid.
             * @example ot35_4gNgXsUuh2sQY0lT9N08AU0
             */
            sp_openid: string;
            /**
             * @description The sub-merchant's AppID.
             * @example wxcbda96de0b165489
             */
            sub_appid?: string;
            /**
             * @description The sub-merchant's number.
             * @example 1510770601
             */
            sub_mchid?: string;
            /**
             * @description The user's id under sub_appid.
             * @example ot35_4gNgXsUuh2sQY0lT9N08AU1
             */
            sub_openid?: string;
            /**
             * @description The ETC contract.
             * @example aAfixCs13LsdKPpfZfDkk2189ssXjfx
             */
            contract_id: string;
            /**
             * @description OPENED, PAUSE (the user has paused it) or DELETED (it has ended).
             * @example OPENED
             */
            bind_state: string;
            /**
             * @description Number plate.
             * @example 藏ZZZZZZ
             */
            plate_number: string;
        } & {
            [key: string]: unknown;
        };
        VehicleEtcContractByUserAnswer: {
            /**
             * @description AppID that began the signing.
             * @example wxcbda96de0b165486
             */
            appid: string;
            /**
             * @description The service provider's number.
             * @example 1900000001
             */
            sp_mchid: string;
            /**
             * @description The user's id under appid.
             * @example ot35_4gNgXsUuh2sQY0lT9N08AU0
             */
            sp_openid: string;
            /**
             * @description The sub-merchant's AppID.
             * @example wxcbda96de0b165489
             */
            sub_appid?: string;
            /**
             * @description The sub-merchant's number.
             * @example 1510770601
             */
            sub_mchid?: string;
            /**
             * @description The user's id under sub_appid.
             * @example ot35_4gNgXsUuh2sQY0lT9N08AU1
             */
            sub_openid?: string;
            /**
             * @description The ETC contract.
             * @example aAfixCs13LsdKPpfZfDkk2189ssXjfx
             */
            contract_id: string;
            /**
             * @description OPENED, PAUSE (the user has paused it) or DELETED (it has ended).
             * @example OPENED
             */
            bind_state: string;
            /**
             * @description Number plate.
             * @example 藏ZZZZZZ
             */
            plate_number: string;
        } & {
            [key: string]: unknown;
        };
        Error: {
            /** @description Ours (see docs/errors.md) or, on a 4xx, whatever WeChat Pay answered. */
            code: string;
            /** @description For people; do not branch on it. */
            message: string;
            detail?: {
                /** @description JSON pointer into the body, or the name of a header or parameter. */
                field?: string;
                /** @description The rule that was broken; never a submitted value. */
                issue?: string;
                /** @description body, header, path or query; WeChat Pay may name other places. */
                location?: string;
            } | {
                /** @description JSON pointer into the body, or the name of a header or parameter. */
                field?: string;
                /** @description The rule that was broken; never a submitted value. */
                issue?: string;
                /** @description body, header, path or query; WeChat Pay may name other places. */
                location?: string;
            }[];
        };
    };
    responses: {
        /** @description The request is not valid; detail says where. */
        PARAM_ERROR: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description This merchant is not set up here. */
        NO_AUTH: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body is larger than 64 KiB. */
        PAYLOAD_TOO_LARGE: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description This request is being worked on. Repeat it later to learn its outcome. */
        REQUEST_IN_PROGRESS: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description This Idempotency-Key (request_id) was used before, for another body. */
        REQUEST_ID_REUSED: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Send the body as JSON with Content-Type: application/json. */
        UNSUPPORTED_MEDIA_TYPE: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description WeChat Pay limits the rate of requests. Repeat the same request later. */
        RATELIMIT_EXCEEDED: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The service failed. Repeat the same request later. */
        SYSTEM_ERROR: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description WeChat Pay did not give an answer that can be trusted; the outcome is unknown. Repeat the same request. */
        BAD_GATEWAY: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The service cannot reach what it needs. Repeat the same request later. */
        SERVICE_UNAVAILABLE: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description WeChat Pay did not answer in time; the outcome is unknown. Repeat the same request. */
        GATEWAY_TIMEOUT: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description WeChat Pay refused the request: its own status and code, and its message unless that quotes the request. */
        RefusedByWechatPay: {
            headers: {
                "Request-ID": components["headers"]["RequestId"];
                "Content-Language": components["headers"]["ContentLanguage"];
                "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": "INVALID_REQUEST",
                 *       "message": "plan_id does not belong to this merchant"
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /**
         * @description The merchant to sign as; without it the default merchant of the deployment.
         * @example 1900000001
         */
        Mchid: string;
        /**
         * @description Only when the caller has encrypted the sensitive fields itself: the platform certificate serial (in either case of hex) or public-key id it used. The fields are then passed on as they are.
         * @example PUB_KEY_ID_0114232134912410000000000000
         */
        Serial: string;
        /**
         * @description The caller's own id of this request, unique per endpoint and merchant; an event's request_id is the same. For 15 days the same key with the same body is one request: WeChat Pay's final answer is replayed, and after 429, 5xx or a time-out WeChat Pay is sent the same bytes again. It is logged, so it must not be personal data.
         * @example enrolment-2026-000001
         */
        IdempotencyKey: string;
        /**
         * @description The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.
         * @example en
         */
        AcceptLanguage: string;
    };
    requestBodies: never;
    headers: {
        /** @description WeChat Pay's Request-ID when it answered, else that of the Lambda invocation. */
        RequestId: string;
        /** @description Seconds to wait before the same request is sent again. */
        RetryAfter: number;
        /** @description The language of an error's message and issue, when they are ours. What WeChat Pay said comes without it. */
        ContentLanguage: "zh-CN" | "en";
        /** @description Only with Idempotency-Key, when the answer is a remembered one: WeChat Pay was not asked again. It has the documented members alone. */
        IdempotentReplayed: "true";
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    eduschoolpayContractsPresign: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The merchant to sign as; without it the default merchant of the deployment.
                 * @example 1900000001
                 */
                "Wechatpay-Mchid"?: components["parameters"]["Mchid"];
                /**
                 * @description Only when the caller has encrypted the sensitive fields itself: the platform certificate serial (in either case of hex) or public-key id it used. The fields are then passed on as they are.
                 * @example PUB_KEY_ID_0114232134912410000000000000
                 */
                "Wechatpay-Serial"?: components["parameters"]["Serial"];
                /**
                 * @description The caller's own id of this request, unique per endpoint and merchant; an event's request_id is the same. For 15 days the same key with the same body is one request: WeChat Pay's final answer is replayed, and after 429, 5xx or a time-out WeChat Pay is sent the same bytes again. It is logged, so it must not be personal data.
                 * @example enrolment-2026-000001
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "appid": "wx8888888888888888",
                 *       "openid": "oUpF8uMuAJOM2pxb1Q",
                 *       "plan_id": "101164396123311331",
                 *       "user_id": "20200330tony",
                 *       "school_id": "18260256813396",
                 *       "out_contract_code": "20190806125346",
                 *       "contract_mode": "LIMIT_BANK_CARD",
                 *       "downgrade_default_contract": true,
                 *       "identity": {
                 *         "real_name": "张三",
                 *         "credential_type": "IDENTITY_CARD",
                 *         "id_card_number": "11010119900307757X"
                 *       },
                 *       "bank_card": {
                 *         "bank_card_no": "6222021234567890128",
                 *         "valid_thru": "08/28",
                 *         "phone": "13800138000",
                 *         "bank_type": "CMC"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["EduschoolpayContractsPresignRequest"] | components["schemas"]["EduschoolpayContractsPresignEncryptedRequest"];
            };
        };
        responses: {
            /** @description WeChat Pay's answer, its signature verified. WeChat Pay may add members. */
            200: {
                headers: {
                    "Request-ID": components["headers"]["RequestId"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "presign_token": "0044de6c799739c2e8534b",
                     *       "launch": {
                     *         "appId": "wxfb66fbe7068ae9cd",
                     *         "path": "pages/index/index",
                     *         "extraData": {
                     *           "presign_token": "0044de6c799739c2e8534b"
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["EduschoolpayContractsPresignAnswer"];
                };
            };
            400: components["responses"]["PARAM_ERROR"];
            403: components["responses"]["NO_AUTH"];
            409: components["responses"]["REQUEST_IN_PROGRESS"];
            413: components["responses"]["PAYLOAD_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["REQUEST_ID_REUSED"];
            429: components["responses"]["RATELIMIT_EXCEEDED"];
            500: components["responses"]["SYSTEM_ERROR"];
            502: components["responses"]["BAD_GATEWAY"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            504: components["responses"]["GATEWAY_TIMEOUT"];
            "4XX": components["responses"]["RefusedByWechatPay"];
        };
    };
    individualContractsPreEntrustSign: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The merchant to sign as; without it the default merchant of the deployment.
                 * @example 1900000001
                 */
                "Wechatpay-Mchid"?: components["parameters"]["Mchid"];
                /**
                 * @description Only when the caller has encrypted the sensitive fields itself: the platform certificate serial (in either case of hex) or public-key id it used. The fields are then passed on as they are.
                 * @example PUB_KEY_ID_0114232134912410000000000000
                 */
                "Wechatpay-Serial"?: components["parameters"]["Serial"];
                /**
                 * @description The caller's own id of this request, unique per endpoint and merchant; an event's request_id is the same. For 15 days the same key with the same body is one request: WeChat Pay's final answer is replayed, and after 429, 5xx or a time-out WeChat Pay is sent the same bytes again. It is logged, so it must not be personal data.
                 * @example enrolment-2026-000001
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "appid": "wxd678efh567h23787",
                 *       "out_contract_code": "APPLYMENT_00000000001",
                 *       "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
                 *       "real_name": "张三",
                 *       "cred_type": "ID_CARD",
                 *       "cred_id": "11010119900307757X"
                 *     }
                 */
                "application/json": components["schemas"]["IndividualContractsPreEntrustSignRequest"] | components["schemas"]["IndividualContractsPreEntrustSignEncryptedRequest"];
            };
        };
        responses: {
            /** @description WeChat Pay's answer, its signature verified. WeChat Pay may add members. */
            200: {
                headers: {
                    "Request-ID": components["headers"]["RequestId"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "pre_entrustweb_id": "1121_9f3cec22a2d367737674d08d98e5e07b8388495fafedc0eba83c327e8ad720ed_12bfdd59b387c4bff8543de4719a886a",
                     *       "launch": {
                     *         "mchid": "1900000001",
                     *         "appid": "wxd678efh567h23787",
                     *         "package": "preEntrustwebId=1121_9f3c&outContractCode=APPLYMENT_00000000001&permissionType=INDIVIDUAL_PAYEE",
                     *         "timeStamp": "1795766400",
                     *         "nonceStr": "593BEC0C930BF1AFEB40B4A08C8FB242",
                     *         "signType": "RSA",
                     *         "certSerialNo": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
                     *         "signature": "aGVsbG8="
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["IndividualContractsPreEntrustSignAnswer"];
                };
            };
            400: components["responses"]["PARAM_ERROR"];
            403: components["responses"]["NO_AUTH"];
            409: components["responses"]["REQUEST_IN_PROGRESS"];
            413: components["responses"]["PAYLOAD_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["REQUEST_ID_REUSED"];
            429: components["responses"]["RATELIMIT_EXCEEDED"];
            500: components["responses"]["SYSTEM_ERROR"];
            502: components["responses"]["BAD_GATEWAY"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            504: components["responses"]["GATEWAY_TIMEOUT"];
            "4XX": components["responses"]["RefusedByWechatPay"];
        };
    };
    vehicleEtcPreopen: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The merchant to sign as; without it the default merchant of the deployment.
                 * @example 1900000001
                 */
                "Wechatpay-Mchid"?: components["parameters"]["Mchid"];
                /**
                 * @description Only when the caller has encrypted the sensitive fields itself: the platform certificate serial (in either case of hex) or public-key id it used. The fields are then passed on as they are.
                 * @example PUB_KEY_ID_0114232134912410000000000000
                 */
                "Wechatpay-Serial"?: components["parameters"]["Serial"];
                /**
                 * @description The caller's own id of this request, unique per endpoint and merchant; an event's request_id is the same. For 15 days the same key with the same body is one request: WeChat Pay's final answer is replayed, and after 429, 5xx or a time-out WeChat Pay is sent the same bytes again. It is logged, so it must not be personal data.
                 * @example enrolment-2026-000001
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "sp_appid": "wx47c677487ce3ac47",
                 *       "sub_appid": "wxcbda96de0b165489",
                 *       "sub_mchid": "1510770601",
                 *       "openid": "ot35_4gNgXsUuh2sQY0lT9N08AU0",
                 *       "plan_id": "97619",
                 *       "etc_device_id": "xxxxxxx",
                 *       "plate_number": "藏ZZZZZZ",
                 *       "identify": {
                 *         "encrypted_real_name": "张三",
                 *         "encrypted_credential_id": "11010119900307757X",
                 *         "credential_type": "ID_CARD"
                 *       },
                 *       "bank_card_no": "6222021234567890128"
                 *     }
                 */
                "application/json": components["schemas"]["VehicleEtcPreopenRequest"] | components["schemas"]["VehicleEtcPreopenEncryptedRequest"];
            };
        };
        responses: {
            /** @description WeChat Pay's answer, its signature verified. WeChat Pay may add members. */
            200: {
                headers: {
                    "Request-ID": components["headers"]["RequestId"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "preopen_id": "sdjf23kdsHJfdksj8djsK98HJio5hdI0",
                     *       "launch": {
                     *         "appId": "wxbcad394b3d99dac9",
                     *         "path": "pages/etc/index",
                     *         "extraData": {
                     *           "preopen_id": "sdjf23kdsHJfdksj8djsK98HJio5hdI0"
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["VehicleEtcPreopenAnswer"];
                };
            };
            400: components["responses"]["PARAM_ERROR"];
            403: components["responses"]["NO_AUTH"];
            409: components["responses"]["REQUEST_IN_PROGRESS"];
            413: components["responses"]["PAYLOAD_TOO_LARGE"];
            415: components["responses"]["UNSUPPORTED_MEDIA_TYPE"];
            422: components["responses"]["REQUEST_ID_REUSED"];
            429: components["responses"]["RATELIMIT_EXCEEDED"];
            500: components["responses"]["SYSTEM_ERROR"];
            502: components["responses"]["BAD_GATEWAY"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            504: components["responses"]["GATEWAY_TIMEOUT"];
            "4XX": components["responses"]["RefusedByWechatPay"];
        };
    };
    eduschoolpayContractById: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The merchant to sign as; without it the default merchant of the deployment.
                 * @example 1900000001
                 */
                "Wechatpay-Mchid"?: components["parameters"]["Mchid"];
                /**
                 * @description The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path: {
                /**
                 * @description The contract, as WeChat Pay numbers it.
                 * @example 2045011120563805041758214605
                 */
                contract_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description WeChat Pay's answer, its signature verified. WeChat Pay may add members. */
            200: {
                headers: {
                    "Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "contract_id": "2045011120563805041758214605",
                     *       "mchid": "1900000001",
                     *       "appid": "wx8888888888888888",
                     *       "openid": "oUpF8uMuAJOM2pxb1Q",
                     *       "plan_id": "101164396123311331",
                     *       "contract_status": "ADD",
                     *       "create_time": "2026-09-01T09:43:39+08:00",
                     *       "out_contract_code": "20190806125346"
                     *     }
                     */
                    "application/json": components["schemas"]["EduschoolpayContractByIdAnswer"];
                };
            };
            400: components["responses"]["PARAM_ERROR"];
            403: components["responses"]["NO_AUTH"];
            429: components["responses"]["RATELIMIT_EXCEEDED"];
            500: components["responses"]["SYSTEM_ERROR"];
            502: components["responses"]["BAD_GATEWAY"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            504: components["responses"]["GATEWAY_TIMEOUT"];
            "4XX": components["responses"]["RefusedByWechatPay"];
        };
    };
    eduschoolpayContractTerminate: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The merchant to sign as; without it the default merchant of the deployment.
                 * @example 1900000001
                 */
                "Wechatpay-Mchid"?: components["parameters"]["Mchid"];
                /**
                 * @description The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path: {
                /**
                 * @description The contract, as WeChat Pay numbers it.
                 * @example 2045011120563805041758214605
                 */
                contract_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, and WeChat Pay’s signature verified. */
            204: {
                headers: {
                    "Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["PARAM_ERROR"];
            403: components["responses"]["NO_AUTH"];
            429: components["responses"]["RATELIMIT_EXCEEDED"];
            500: components["responses"]["SYSTEM_ERROR"];
            502: components["responses"]["BAD_GATEWAY"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            504: components["responses"]["GATEWAY_TIMEOUT"];
            "4XX": components["responses"]["RefusedByWechatPay"];
        };
    };
    eduschoolpayContractsByUser: {
        parameters: {
            query: {
                /**
                 * @description Signing template. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example 101164396123311331
                 */
                plan_id: string;
                /**
                 * @description ADD: signed. DELETE: ended.
                 * @example ADD
                 */
                contract_status: "ADD" | "DELETE";
                /**
                 * @description Where the page begins, from 0.
                 * @example 0
                 */
                offset?: string;
                /**
                 * @description How many contracts the page has at most.
                 * @example 20
                 */
                limit?: string;
            };
            header?: {
                /**
                 * @description The merchant to sign as; without it the default merchant of the deployment.
                 * @example 1900000001
                 */
                "Wechatpay-Mchid"?: components["parameters"]["Mchid"];
                /**
                 * @description The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path: {
                /**
                 * @description The user's id under appid.
                 * @example oUpF8uMuAJOM2pxb1Q
                 */
                openid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description WeChat Pay's answer, its signature verified. WeChat Pay may add members. */
            200: {
                headers: {
                    "Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "contract_id": "2045011120563805041758214605",
                     *           "mchid": "1900000001",
                     *           "appid": "wx8888888888888888",
                     *           "openid": "oUpF8uMuAJOM2pxb1Q",
                     *           "plan_id": "101164396123311331",
                     *           "contract_status": "ADD",
                     *           "create_time": "2026-09-01T09:43:39+08:00",
                     *           "out_contract_code": "20190806125346"
                     *         }
                     *       ],
                     *       "offset": 0,
                     *       "limit": 20,
                     *       "total_count": 1,
                     *       "links": {
                     *         "self": "/v3/eduschoolpay/users/oUpF8uMuAJOM2pxb1Q/contracts?offset=0&limit=20",
                     *         "next": "/v3/eduschoolpay/users/oUpF8uMuAJOM2pxb1Q/contracts?offset=20&limit=20",
                     *         "prev": "/v3/eduschoolpay/users/oUpF8uMuAJOM2pxb1Q/contracts?offset=0&limit=20"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["EduschoolpayContractsByUserAnswer"];
                };
            };
            400: components["responses"]["PARAM_ERROR"];
            403: components["responses"]["NO_AUTH"];
            429: components["responses"]["RATELIMIT_EXCEEDED"];
            500: components["responses"]["SYSTEM_ERROR"];
            502: components["responses"]["BAD_GATEWAY"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            504: components["responses"]["GATEWAY_TIMEOUT"];
            "4XX": components["responses"]["RefusedByWechatPay"];
        };
    };
    individualContractByCode: {
        parameters: {
            query: {
                /**
                 * @description AppID for signing and paying. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example wxd678efh567h23787
                 */
                appid: string;
            };
            header?: {
                /**
                 * @description The merchant to sign as; without it the default merchant of the deployment.
                 * @example 1900000001
                 */
                "Wechatpay-Mchid"?: components["parameters"]["Mchid"];
                /**
                 * @description The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path: {
                /**
                 * @description The platform's own contract number, as it was pre-signed.
                 * @example APPLYMENT_00000000001
                 */
                out_contract_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description WeChat Pay's answer, its signature verified. WeChat Pay may add members. */
            200: {
                headers: {
                    "Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "individual_auth_id": "1900000109",
                     *       "signed_time": "2026-06-08T10:34:56+08:00",
                     *       "auth_state": "AUTHORIZED",
                     *       "individual_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
                     *       "real_name_auth_result": {
                     *         "scope": "pay_realname",
                     *         "access_token": "ACCESS_TOKEN",
                     *         "access_token_expire_time": "2026-06-08T12:34:56+08:00"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["IndividualContractByCodeAnswer"];
                };
            };
            400: components["responses"]["PARAM_ERROR"];
            403: components["responses"]["NO_AUTH"];
            429: components["responses"]["RATELIMIT_EXCEEDED"];
            500: components["responses"]["SYSTEM_ERROR"];
            502: components["responses"]["BAD_GATEWAY"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            504: components["responses"]["GATEWAY_TIMEOUT"];
            "4XX": components["responses"]["RefusedByWechatPay"];
        };
    };
    individualContractByOpenid: {
        parameters: {
            query: {
                /**
                 * @description AppID for signing and paying. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example wxd678efh567h23787
                 */
                appid: string;
                /**
                 * @description What the user has agreed to.
                 * @example INDIVIDUAL_PAYEE
                 */
                permission_type: "INDIVIDUAL_PAYEE";
            };
            header?: {
                /**
                 * @description The merchant to sign as; without it the default merchant of the deployment.
                 * @example 1900000001
                 */
                "Wechatpay-Mchid"?: components["parameters"]["Mchid"];
                /**
                 * @description The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path: {
                /**
                 * @description The payee's id under appid.
                 * @example oUpF8uMuAJO_M2pxb1Q9zNjWeS6o
                 */
                openid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description WeChat Pay's answer, its signature verified. WeChat Pay may add members. */
            200: {
                headers: {
                    "Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "individual_auth_id": "1900000109",
                     *       "operation_time": "2026-06-08T10:34:56+08:00",
                     *       "auth_state": "AUTHORIZED"
                     *     }
                     */
                    "application/json": components["schemas"]["IndividualContractByOpenidAnswer"];
                };
            };
            400: components["responses"]["PARAM_ERROR"];
            403: components["responses"]["NO_AUTH"];
            429: components["responses"]["RATELIMIT_EXCEEDED"];
            500: components["responses"]["SYSTEM_ERROR"];
            502: components["responses"]["BAD_GATEWAY"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            504: components["responses"]["GATEWAY_TIMEOUT"];
            "4XX": components["responses"]["RefusedByWechatPay"];
        };
    };
    vehicleEtcContractById: {
        parameters: {
            query?: {
                /**
                 * @description The sub-merchant's number. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example 1510770601
                 */
                sub_mchid?: string;
            };
            header?: {
                /**
                 * @description The merchant to sign as; without it the default merchant of the deployment.
                 * @example 1900000001
                 */
                "Wechatpay-Mchid"?: components["parameters"]["Mchid"];
                /**
                 * @description The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path: {
                /**
                 * @description The ETC contract, as WeChat Pay numbers it.
                 * @example aAfixCs13LsdKPpfZfDkk2189ssXjfx
                 */
                contract_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description WeChat Pay's answer, its signature verified. WeChat Pay may add members. */
            200: {
                headers: {
                    "Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "appid": "wxcbda96de0b165486",
                     *       "sp_mchid": "1900000001",
                     *       "sp_openid": "ot35_4gNgXsUuh2sQY0lT9N08AU0",
                     *       "sub_appid": "wxcbda96de0b165489",
                     *       "sub_mchid": "1510770601",
                     *       "sub_openid": "ot35_4gNgXsUuh2sQY0lT9N08AU1",
                     *       "contract_id": "aAfixCs13LsdKPpfZfDkk2189ssXjfx",
                     *       "bind_state": "OPENED",
                     *       "plate_number": "藏ZZZZZZ"
                     *     }
                     */
                    "application/json": components["schemas"]["VehicleEtcContractByIdAnswer"];
                };
            };
            400: components["responses"]["PARAM_ERROR"];
            403: components["responses"]["NO_AUTH"];
            429: components["responses"]["RATELIMIT_EXCEEDED"];
            500: components["responses"]["SYSTEM_ERROR"];
            502: components["responses"]["BAD_GATEWAY"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            504: components["responses"]["GATEWAY_TIMEOUT"];
            "4XX": components["responses"]["RefusedByWechatPay"];
        };
    };
    vehicleEtcContractByUser: {
        parameters: {
            query: {
                /**
                 * @description ETC authorisation template, issued by WeChat Pay. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example 97619
                 */
                plan_id: string;
                /**
                 * @description Number plate. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example 藏ZZZZZZ
                 */
                plate_number: string;
                /**
                 * @description The sub-merchant's number. No characters of four UTF-8 bytes (such as emoji), no U+FFFD, no control or invisible characters, no white space at either end.
                 * @example 1510770601
                 */
                sub_mchid?: string;
            };
            header?: {
                /**
                 * @description The merchant to sign as; without it the default merchant of the deployment.
                 * @example 1900000001
                 */
                "Wechatpay-Mchid"?: components["parameters"]["Mchid"];
                /**
                 * @description The language of errors: zh-CN or en, with weights if you like. Chinese when neither is asked for, as at WeChat Pay, which is asked for the same one.
                 * @example en
                 */
                "Accept-Language"?: components["parameters"]["AcceptLanguage"];
            };
            path: {
                /**
                 * @description The user's id under the AppID that began the signing.
                 * @example ot35_4gNgXsUuh2sQY0lT9N08AU0
                 */
                openid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description WeChat Pay's answer, its signature verified. WeChat Pay may add members. */
            200: {
                headers: {
                    "Request-ID": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "appid": "wxcbda96de0b165486",
                     *       "sp_mchid": "1900000001",
                     *       "sp_openid": "ot35_4gNgXsUuh2sQY0lT9N08AU0",
                     *       "sub_appid": "wxcbda96de0b165489",
                     *       "sub_mchid": "1510770601",
                     *       "sub_openid": "ot35_4gNgXsUuh2sQY0lT9N08AU1",
                     *       "contract_id": "aAfixCs13LsdKPpfZfDkk2189ssXjfx",
                     *       "bind_state": "OPENED",
                     *       "plate_number": "藏ZZZZZZ"
                     *     }
                     */
                    "application/json": components["schemas"]["VehicleEtcContractByUserAnswer"];
                };
            };
            400: components["responses"]["PARAM_ERROR"];
            403: components["responses"]["NO_AUTH"];
            429: components["responses"]["RATELIMIT_EXCEEDED"];
            500: components["responses"]["SYSTEM_ERROR"];
            502: components["responses"]["BAD_GATEWAY"];
            503: components["responses"]["SERVICE_UNAVAILABLE"];
            504: components["responses"]["GATEWAY_TIMEOUT"];
            "4XX": components["responses"]["RefusedByWechatPay"];
        };
    };
}
